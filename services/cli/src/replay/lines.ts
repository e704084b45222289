import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { limits, SluiceError } from "@sluice/contracts";
import { UsageError } from "../failure.ts";

/**
 * The lines of a file, unpacked where its name ends in `.gz`. What cannot be read (a file that is cut short, bytes that are
 * no UTF-8, a line without end) is an error that names the line.
 */
export async function* linesOf(path: string, option: string): AsyncGenerator<string> {
  await insistOnFile(path, option);
  let line = 1;
  try {
    for await (const text of split(chunksOf(path))) {
      yield text;
      line++;
    }
  } catch (cause) {
    throw problemOf(cause as Error & { code?: string }, `${path}, line ${line}`);
  }
}

async function insistOnFile(path: string, option: string): Promise<void> {
  const file = await stat(path).catch(() => undefined);
  if (!file) throw new UsageError(`${option} ${path}: no such file`);
  if (!file.isFile()) throw new UsageError(`${option} ${path}: not a file`);
}

function chunksOf(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  // Errors of either end reach whoever reads the last one.
  return path.endsWith(".gz") ? pipeline(file, createGunzip(), () => {}) : file;
}

class LineTooLong extends Error {}

async function* split(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length > limits.traceLineLength) throw new LineTooLong();
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

function problemOf(cause: Error & { code?: string }, where: string): Error {
  if (cause instanceof SluiceError) return cause;
  const what = wordsFor(cause);
  return what ? new SluiceError("trace-invalid", `${where}: ${what}`, { cause }) : cause;
}

function wordsFor(cause: Error & { code?: string }): string | undefined {
  if (cause instanceof LineTooLong) return `longer than ${limits.traceLineLength} characters`;
  if (cause.code === "Z_BUF_ERROR") return "the file is cut short";
  if (cause.code?.startsWith("Z_")) return `not gzip: ${cause.message}`;
  return cause.code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "not UTF-8" : undefined;
}
