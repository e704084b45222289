import { writeDocument } from "@sluice/contracts";
import { Option } from "commander";
import type { Terminal } from "../terminal.ts";

export const formats = ["json", "yaml", "wide"] as const;
export interface OutputOptions {
  output?: (typeof formats)[number];
}

export const outputOption = (): Option =>
  new Option("-o, --output <format>", "how it is written").choices(["json", "yaml", "wide"]);

/** Writes `data` as the machine's format that was asked for, else what `text` says to people. */
export function put(
  { output }: OutputOptions,
  terminal: Terminal,
  data: unknown,
  text: (wide: boolean) => string,
): void {
  if (output === "json") terminal.write(`${JSON.stringify(data, null, 2)}\n`);
  else if (output === "yaml") terminal.write(writeDocument(data));
  else terminal.write(`${text(output === "wide").trimEnd()}\n`);
}

/** Objects as `kubectl get -o json` lists them. */
export const listOf = (items: readonly unknown[]) => ({ apiVersion: "v1", kind: "List", metadata: {}, items });
