import { expect, test } from "vitest";
import * as z from "zod";
import { readDocument } from "./document.ts";
import type { SluiceError } from "./errors.ts";
import { limits } from "./limits.ts";

const schema = z.strictObject({ name: z.string(), sizes: z.array(z.int().min(1)) });
const read = (text: string) => readDocument(text, schema, "thing.yaml", "config-invalid");

function complaint(text: string): string {
  try {
    read(text);
  } catch (error) {
    return (error as SluiceError).message;
  }
  return "none";
}

test("YAML and JSON are read alike", () => {
  expect(read("name: gate\nsizes: [1, 2]")).toEqual({ name: "gate", sizes: [1, 2] });
  expect(read('{"name": "gate", "sizes": []}')).toEqual({ name: "gate", sizes: [] });
});

test("every problem is listed with its place", () => {
  expect(() => read("sizes: [1, 0, x]\ncolour: red")).toThrow(
    /4 problem\(s\)\n[^]*name: [^]*sizes\[1\]: [^]*sizes\[2\]: [^]*colour/,
  );
});

test("a long list of problems is cut, with their number", () => {
  const text = `name: gate\nsizes: [${Array.from({ length: 120 }, () => "0").join(", ")}]`;
  expect(() => read(text)).toThrow(/120 problem\(s\)[^]*sizes\[49\]: [^]*… and 70 more$/);
});

test("of what is no YAML the first problem is told, with its line", () => {
  const markdown = `# Title\n\n- **a.** b [c](d): e: f\n${"- x: y: z\n".repeat(1_000)}`;
  const message = complaint(markdown);
  expect(message).toMatch(/^thing\.yaml: not valid YAML\n.*line 3/);
  expect(message.length).toBeLessThan(500);
});

const letters = "abcdefghi".split("");
const bomb = letters.map((name, i) => `${name}: &${name} [${i === 0 ? "x" : `*${letters[i - 1]},`.repeat(9)}]`);

test.each([
  ["aliases that multiply", bomb.join("\n"), /^thing\.yaml: .*alias/],
  ["more bytes than a document may have", "x".repeat(limits.documentBytes + 1), /^thing\.yaml: larger than/],
  ["no fields at all", "", /^thing\.yaml: 1 problem/],
])("%s are refused", (_, text, problem) => {
  expect(complaint(text)).toMatch(problem);
});
