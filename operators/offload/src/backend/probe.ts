import { SluiceError } from "@sluice/contracts";

/** Asks an Open Inference Protocol (v2) service whether it serves the model; throws `endpoint-unreachable` with what it answered. */
export async function probe(base: string, model: string, timeoutMs: number): Promise<void> {
  const path = `v2/models/${encodeURIComponent(model)}/ready`;
  const url = new URL(path, base.endsWith("/") ? base : `${base}/`);
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" }).catch(
    (cause: Error) => {
      throw new SluiceError("endpoint-unreachable", `${url}: ${cause.message}`, { cause });
    },
  );
  await response.body?.cancel();
  if (!response.ok) throw new SluiceError("endpoint-unreachable", `${url}: HTTP ${response.status}`);
}
