import { posix } from "node:path";
import { isTest } from "./graph.ts";
import { matching, type Repository } from "./repository.ts";
import { parts } from "./rules.ts";

const inlineCode = /`([^`\n]+)`/g;
const link = /\[[^\]]*\]\(([^)\s]+)\)/g;
const variable = /\b(?:SLUICE|OTEL)_[A-Z][A-Z_]*\b/g;

/** A path is there if a file has it, or lies under it. */
function exists(repository: Repository, path: string): boolean {
  const folder = `${path.replace(/\/$/, "")}/`;
  return path === "." || repository.files.has(path) || [...repository.files.keys()].some((p) => p.startsWith(folder));
}

export function architecture(repository: Repository): string[] {
  const text = repository.files.get("ARCHITECTURE.md")?.text;
  if (text === undefined) return ["ARCHITECTURE.md: missing: a reader needs a walk through the tree"];
  const named = [...text.matchAll(inlineCode)]
    .map((hit) => hit[1]!)
    .filter((code) => /^[\w.][\w.-]*\/[\w./-]*$/.test(code));
  const top = new Set([...repository.files.keys()].map((path) => path.split("/")[0]));
  const wrong = named.filter((path) => top.has(path.split("/")[0]) && !exists(repository, path));
  const silent = [...parts.values()].filter(({ folder }) => !named.some((path) => path.startsWith(folder)));
  return [
    ...wrong.map((path) => `ARCHITECTURE.md: ${path} does not exist: correct the page`),
    ...silent.map(({ folder }) => `ARCHITECTURE.md: ${folder} is not mentioned: say what it is for`),
  ];
}

/** What GitHub makes of a page's headings: lower case, words joined by `-`; a second one of a name gets a number. */
function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const slugs = [...text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map((hit) => {
    const plain = hit[1]!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set(slugs);
}

export function links(repository: Repository): string[] {
  return [...matching(repository, /(?<!\.template)\.md$/)].flatMap(({ path, text }) =>
    [...text.matchAll(link)]
      .map((hit) => hit[1]!)
      .filter((to) => !/^[a-z]+:/.test(to) && !leads(repository, path, to))
      .map((to) => `${path}: link to ${to}, which does not exist: correct or remove it`),
  );
}

/** Whether the file is there and, where it is a page, the heading too. */
function leads(repository: Repository, from: string, to: string): boolean {
  const [file, anchor] = to.split("#");
  const path = file ? posix.normalize(posix.join(posix.dirname(from), file)) : from;
  if (!exists(repository, path)) return false;
  const page = repository.files.get(path);
  return anchor === undefined || !path.endsWith(".md") || anchors(page?.text ?? "").has(anchor);
}

/** `names` are those of the contracts' metric table. */
export function idleMetrics(repository: Repository, names: readonly string[]): string[] {
  const code = [...matching(repository, /\/src\/.*\.ts$/)]
    .filter(({ path }) => !path.startsWith("packages/contracts/") && !path.endsWith(".test.ts"))
    .map(({ text }) => text)
    .join("\n");
  return names
    .filter((name) => !code.includes(name))
    .map((name) => `packages/contracts/src/metrics.ts: nothing sets ${name}: set it or take it out`);
}

export function environment(repository: Repository): string[] {
  const prose = [...matching(repository, /\.md$/)].map(({ text }) => text).join("\n");
  const found = new Map<string, string>();
  for (const { path, text } of matching(repository, /(\.(ts|js|sh|py)|Makefile)$/)) {
    if (isTest(path) || path.startsWith("tests/")) continue;
    for (const [name] of text.matchAll(variable)) found.set(name, path);
  }
  return [...found]
    .filter(([name]) => !prose.includes(name))
    .map(([name, path]) => `${path}: the variable ${name} is not documented: describe it in docs/reference`);
}
