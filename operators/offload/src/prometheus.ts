import { SluiceError } from "@sluice/contracts";
import type { Ask } from "./ports.ts";

const timeoutMs = 5_000;
/** An answer is one number: more than this is none. */
const answerBytes = 64 << 10;

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

/** Asks a Prometheus for one number by its HTTP API; rejects where there is no single one. */
export function askPrometheus(base: string | undefined): Ask {
  return async (query) => {
    if (base === undefined) throw new SluiceError("config-invalid", "no Prometheus is configured for queries of gates");
    const url = new URL("api/v1/query", base.endsWith("/") ? base : `${base}/`);
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "POST", body: new URLSearchParams({ query }), signal });
    const text = await response.text();
    if (text.length > answerBytes) throw new SluiceError("too-large", `query ${query}: more than ${answerBytes} bytes`);
    return numberIn(JSON.parse(text) as Answer, query);
  };
}

/** Of a scalar its value; of a vector the value of its only element: none, or several, is no number. */
function numberIn({ status, error, data }: Answer, query: string): number {
  if (status !== "success") throw new SluiceError("bad-request", `query ${query}: ${error ?? "no answer"}`);
  const { resultType, result } = data ?? {};
  const samples = (resultType === "vector" ? (result as { value: unknown }[]).map(({ value }) => value) : [result]) as [
    number,
    string,
  ][];
  if (samples.length !== 1) throw new SluiceError("bad-request", `query ${query}: ${samples.length} values, want one`);
  return Number(samples[0]![1]);
}
