import { buildProgram, type Command } from "@sluice/cli";
import {
  consoleConfigSchema,
  edgeConfigSchema,
  edgeDeviceSchema,
  inferenceBackendSchema,
  inferenceConfigSchema,
  modelSchema,
  offloadPolicySchema,
  operatorConfigSchema,
  readDocument,
} from "@sluice/contracts";
import { expect, test } from "vitest";
import { matching, readRepository } from "./tidy/repository.ts";

/** What the documents tell a reader to type or to write must be accepted by the programs. */
const repository = readRepository(new URL("..", import.meta.url).pathname);
const pages = [...matching(repository, /^(README|CONTRIBUTING|docs\/.*)\.md$|^(README|CONTRIBUTING)\.md$/)];

function blocks(language: string): { where: string; text: string }[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((hit) => ({
      where: `${path}:${text.slice(0, hit.index).split("\n").length}`,
      text: hit[1]!,
    })),
  );
}

/** A YAML example says in its first line which file it is. */
const schemas = {
  "edge.yaml": edgeConfigSchema,
  "inference.yaml": inferenceConfigSchema,
  "console.yaml": consoleConfigSchema,
  "manifest.yaml": modelSchema,
  "edge-device.yaml": edgeDeviceSchema,
  "inference-backend.yaml": inferenceBackendSchema,
  "offload-policy.yaml": offloadPolicySchema,
  "operator.yaml": operatorConfigSchema,
} as const;

test.each(blocks("yaml"))("the example at $where is valid", ({ where, text }) => {
  const file = /^# (\S+)/.exec(text)?.[1] as keyof typeof schemas;
  expect(Object.keys(schemas), "its first line names the file").toContain(file);
  expect(readDocument(text, schemas[file], where, "config-invalid")).toBeTypeOf("object");
});

const commands = blocks("sh").flatMap(({ where, text }) =>
  text
    .trim()
    .split("\n")
    .map((line) => ({ where, line })),
);
const makefile = repository.files.get("Makefile")!.text;

test.each(commands)("$where: $line", ({ line }) => {
  const make = /^make (\w+)(?: ARGS="(.*)")?$/.exec(line);
  const target = make?.[1] ?? "help";
  expect(makefile).toContain(`\n${target}:`);
  const typed = target === "demo" ? `sluice demo ${make?.[2] ?? ""}` : line;
  expect(problemsOf(typed)).toEqual([]);
});

/** What the `sluice` command would not understand of a line; lines for other programs are not judged. */
function problemsOf(line: string): string[] {
  const words = line.replace(/^npx /, "").trim().split(/\s+/);
  if (words[0] !== "sluice") return [];
  let command: Command = buildProgram({ live: false, columns: 80, colors: {} as never, write: () => {} });
  for (const word of words.slice(1)) command = command.commands.find((child) => child.name() === word) ?? command;
  const known = command.options.map((option) => option.long);
  const unknown = words.filter((word) => word.startsWith("--") && !known.includes(word));
  return command.parent ? unknown : [`no such command: ${line}`, ...unknown];
}

test("a wrong line would be found", () => {
  expect(problemsOf("npx sluice dmeo")).toHaveLength(1);
  expect(problemsOf("npx sluice demo --bugdet 1kbit/s")).toEqual(["--bugdet"]);
});
