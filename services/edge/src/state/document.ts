import { hash } from "node:crypto";
import type { Row } from "./messages.ts";

/** A kind of document: its version, and how to read a value of it. */
export interface Kind<T> {
  readonly version: number;
  /** What of a value is written; all of it, as JSON, if not given. */
  write?(value: T): unknown;
  /** Throws, saying what is wrong, where the value is not one of this kind. */
  parse(value: unknown): T;
}

const sumOf = (name: string, version: number, body: string) => hash("sha256", `${name}\n${version}\n${body}`);

export function rowOf<T>(name: string, kind: Kind<T>, value: T): Row {
  const { version } = kind;
  const body = JSON.stringify(kind.write ? kind.write(value) : value);
  return { name, version, sum: sumOf(name, version, body), body };
}

/** The value that lies in a row; throws, saying why, where it is not to be trusted. */
export function valueOf<T>({ name, version, sum, body }: Row, kind: Kind<T>): T {
  if (version !== kind.version) throw new Error(`it has version ${version}, and this daemon reads ${kind.version}`);
  if (sum !== sumOf(name, version, body)) throw new Error("its checksum does not fit");
  return kind.parse(JSON.parse(body));
}
