import { posix } from "node:path";
import { matching, type Repository } from "./repository.ts";
import { observers, type Part, parts } from "./rules.ts";
import { specifiers } from "./scan.ts";

/** One import: from a file, to a part, a library, a `node:` module or a file. */
export interface Edge {
  readonly from: string;
  readonly where: string;
  readonly text: string;
  /** A url does not load anything into the file's own program. */
  readonly kind: "import" | "url";
  readonly to: { readonly kind: "part" | "library" | "builtin" | "file"; readonly name: string };
}

const source = /\.(ts|mts|js|mjs)$/;

export function edgesOf(repository: Repository): Edge[] {
  const edges: Edge[] = [];
  for (const { path, text } of matching(repository, source)) {
    for (const found of specifiers(text)) {
      const to = found.kind === "import" || source.test(found.text) ? target(path, found.text) : undefined;
      if (to) edges.push({ from: path, where: `${path}:${found.line}`, text: found.text, kind: found.kind, to });
    }
  }
  return edges;
}

function target(from: string, text: string): Edge["to"] | undefined {
  if (/^\.{1,2}\//.test(text)) return { kind: "file", name: posix.join(posix.dirname(from), text) };
  if (text.startsWith("node:")) return { kind: "builtin", name: text };
  if (text.startsWith("@sluice/")) return { kind: "part", name: text.slice("@sluice/".length) };
  // What remains of `new URL(…)`: addresses, and paths on a server.
  if (/^[a-z]+:/.test(text) || text.startsWith("/")) return undefined;
  return { kind: "library", name: text.split("/", text.startsWith("@") ? 2 : 1).join("/") };
}

/** The part that a file belongs to, by name; an observer's folder stands for itself. */
export function ownerOf(path: string): { name: string; part: Part | undefined } | undefined {
  for (const [name, part] of parts) if (path.startsWith(`${part.folder}/`)) return { name, part };
  const observer = observers.find((folder) => path.startsWith(`${folder}/`));
  return observer ? { name: observer, part: undefined } : undefined;
}

/** Tests, and what builds their inputs. */
export const isTest = (path: string): boolean => /\.(test|builder)\.ts$/.test(path);

/** Import edges between files, with a part's name resolved to its index.ts. */
export function filesGraph(edges: readonly Edge[]): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const file = to.kind === "part" ? `${parts.get(to.name)?.folder}/src/index.ts` : to.name;
    if (to.kind === "file" || to.kind === "part") graph.set(from, [...(graph.get(from) ?? []), file]);
  }
  return graph;
}
