import { existsSync } from "node:fs";
import { type DecisionMessage, decisionSchema, limits, SluiceError, validate } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import { reasonWords } from "@sluice/replay";
import { type ClusterOptions, withCluster } from "../cluster/connect.ts";
import { devices } from "../cluster/kinds.ts";
import { type OutputOptions, put } from "../output/output.ts";
import { fieldsOf } from "../output/table.ts";
import { showWhy } from "../replay/results.ts";
import type { Terminal } from "../terminal.ts";

export interface WhyOptions extends ClusterOptions, OutputOptions {
  url?: string;
  live?: boolean;
}

/** A path, or a folder that is there, is a replay's; any other name is a device's. `--url` and `--live` say device. */
export function meansFolder(what: string, { url, live }: WhyOptions): boolean {
  if (url !== undefined || live) return false;
  return what.includes("/") || what === "." || what === ".." || existsSync(what);
}

/** Explains one decision: of a replay from its folder, of a device by asking the device. */
export async function explainFrame(
  what: string,
  stream: string,
  frame: number,
  options: WhyOptions,
  terminal: Terminal,
): Promise<void> {
  if (meansFolder(what, options)) return showWhy(what, stream, frame, terminal);
  const address = options.url ?? (await addressOf(what, options));
  const decision = await ask(what, address, stream, frame);
  put(options, terminal, decision, () => textOf(decision, terminal));
}

async function addressOf(name: string, options: WhyOptions): Promise<string> {
  const { status } = await withCluster(options, (cluster) => cluster.get(devices, name));
  if (status?.url !== undefined) return status.url;
  throw new SluiceError("device-unreachable", `${name} has not said where its page is`);
}

const timeoutMs = 10_000;

/** What a device answers is a stranger's word: it is bounded and checked. */
async function ask(device: string, address: string, stream: string, frame: number): Promise<DecisionMessage> {
  const url = urlOf(device, address, `api/why/${encodeURIComponent(stream)}/${frame}`);
  const unreachable = (cause: unknown) =>
    new SluiceError("device-unreachable", `${device} at ${url.origin}: ${reasonOf(cause)}`, { cause });
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(url, { signal, redirect: "error" }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  const text = await textIn(answer, unreachable);
  if (answer.status === 404)
    throw new SluiceError("frame-forgotten", `${device} knows no frame ${frame} of stream ${stream}`);
  if (!answer.ok) throw unreachable(new Error(`HTTP ${answer.status}`));
  return validate(jsonIn(text, unreachable), decisionSchema, `${device}'s answer`, "bad-request");
}

function urlOf(device: string, address: string, path: string): URL {
  const url = URL.parse(path, address.endsWith("/") ? address : `${address}/`);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new SluiceError("device-unreachable", `${device}: "${address}" is no address of a page`);
}

async function textIn(answer: Response, unreachable: (cause: unknown) => SluiceError): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > limits.messageBytes) throw new Error(`an answer of more than ${limits.messageBytes} bytes`);
    }
  } catch (cause) {
    throw unreachable(cause);
  }
  return text;
}

function jsonIn(text: string, unreachable: (cause: unknown) => SluiceError): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** Node's fetch hides why behind "fetch failed". */
function reasonOf(cause: unknown): string {
  const { message, cause: inner } = cause as Error;
  return inner instanceof Error && inner.message !== "" ? inner.message : message;
}

function textOf(decision: DecisionMessage, { colors }: Terminal): string {
  const { device, stream, frame, action, rung, region, bytes, reason, value, price, tokens, propensity, signals } =
    decision;
  const sent = action === "send";
  const part = region ? `, its part from ${region[0]},${region[1]} to ${region[2]},${region[3]} alone` : "";
  const what = sent ? `sent as ${rung ?? "?"}${part}, ${formatBytes(bytes)}` : "not sent";
  const fields: [string, string][] = [
    ["captured", new Date(decision.capturedAtMs).toISOString()],
    ["expected value", `${value.toPrecision(3)} F1`],
    ["price of a byte", `${price.toPrecision(3)}${sent ? `, so it cost ${(bytes * price).toPrecision(3)}` : ""}`],
    ["bucket afterwards", formatBytes(tokens)],
    ...(propensity === undefined ? [] : [["chance of an audit", propensity.toPrecision(2)] as [string, string]]),
    ...Object.entries(signals).map(([name, signal]): [string, string] => [name, String(Number(signal.toPrecision(4)))]),
  ];
  return `${colors.bold(`${device} ${stream} frame ${frame}: ${what}: ${reasonWords[reason]}`)}\n${fieldsOf(fields, "  ")}`;
}
