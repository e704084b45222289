import { type Edge, edgesOf, filesGraph, isTest, ownerOf } from "./graph.ts";
import { matching, type Repository } from "./repository.ts";
import { entryPoints, parts, testLibraries, testParts } from "./rules.ts";

/** Each check returns its findings: what, where, and what to do. */
export function arrows(repository: Repository): string[] {
  return edgesOf(repository).flatMap((edge) => {
    const owner = ownerOf(edge.from);
    if (edge.to.kind === "file") return strays(repository, edge);
    if (edge.to.kind !== "part") return [];
    if (!parts.has(edge.to.name)) return [`${edge.where}: there is no package ${edge.text}: correct the name`];
    if (edge.to.name === "testkit" && !isTest(edge.from) && owner?.part) {
      return [`${edge.where}: testkit is for tests only: move what is needed into a package`];
    }
    if (!owner?.part || owner.part.imports.includes(edge.to.name)) return [];
    if (isTest(edge.from) && testParts.includes(edge.to.name)) return [];
    const allowed = owner.part.imports.join(", ") || "nothing";
    return [
      `${edge.where}: ${owner.name} may not import ${edge.text}; it may import: ${allowed} (tests/tidy/rules.ts)`,
    ];
  });
}

function strays(repository: Repository, edge: Edge): string[] {
  if (ownerOf(edge.from)?.name !== ownerOf(edge.to.name)?.name) {
    return [`${edge.where}: ${edge.text} leads into another part: import it by its name, @sluice/…`];
  }
  const folder = [...repository.files.keys()].some((path) => path.startsWith(edge.to.name));
  return folder ? [] : [`${edge.where}: ${edge.text} does not exist: correct the path`];
}

export function purity(repository: Repository): string[] {
  return edgesOf(repository)
    .filter((edge) => edge.to.kind === "builtin" && ownerOf(edge.from)?.part?.pure && !isTest(edge.from))
    .map((edge) => `${edge.where}: a core package computes only; take what ${edge.text} gives as a parameter`);
}

export function libraryOwners(repository: Repository): string[] {
  const owners = new Map([...parts].flatMap(([name, part]) => part.libraries.map((library) => [library, name])));
  const others = new Map<string, string>();
  return edgesOf(repository).flatMap(({ from, to, where }) => {
    if (to.kind !== "library" || testLibraries.includes(to.name) || from.endsWith(".config.ts")) return [];
    const importer = ownerOf(from)?.name ?? "the root";
    const owner = owners.get(to.name) ?? others.get(to.name);
    if (!owner) others.set(to.name, importer);
    if (!owner && ownerOf(from)?.part) return [`${where}: ${to.name} has no owner: name one in tests/tidy/rules.ts`];
    return !owner || owner === importer
      ? []
      : [`${where}: only ${owner} imports ${to.name}: use what ${owner} exports`];
  });
}

export function packageLists(repository: Repository): string[] {
  const edges = edgesOf(repository);
  return [
    ...matching(repository, /^((packages|services|operators|deploy)\/[^/]+|charts|bench|e2e)\/package\.json$/),
  ].flatMap(({ path, text }) => packageList(path, JSON.parse(text) as Lists, edges));
}

interface Lists {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function packageList(path: string, json: Lists, edges: readonly Edge[]): string[] {
  const folder = path.slice(0, -"package.json".length);
  const own = edges.filter((edge) => edge.from.startsWith(folder));
  const running = packageNames(own.filter((edge) => !isTest(edge.from)));
  const testing = packageNames(own.filter((edge) => isTest(edge.from)));
  const listed = Object.keys(json.dependencies ?? {});
  const forTests = Object.keys(json.devDependencies ?? {});
  const absent = [...running].filter((name) => !listed.includes(name));
  const absentInTests = [...testing].filter((name) => !listed.includes(name) && !forTests.includes(name));
  const idle = listed.filter((name) => !running.has(name) && !testing.has(name));
  const idleInTests = forTests.filter((name) => !testing.has(name));
  return [
    ...absent.map((name) => `${path}: ${name} is imported but not listed: add it to dependencies`),
    ...absentInTests.map((name) => `${path}: tests import ${name}: add it to devDependencies`),
    ...[...idle, ...idleInTests].map((name) => `${path}: ${name} is listed but not imported: take it out`),
  ];
}

const packageNames = (edges: readonly Edge[]) => new Set(edges.map(packageName).filter((name) => name !== undefined));

function packageName({ from, to }: Edge): string | undefined {
  if (to.kind === "part") return to.name === ownerOf(from)?.name ? undefined : `@sluice/${to.name}`;
  return to.kind === "library" && !testLibraries.includes(to.name) ? to.name : undefined;
}

export function cycles(repository: Repository): string[] {
  const graph = filesGraph(edgesOf(repository).filter((edge) => edge.kind === "import"));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) {
      const ring = [...path.slice(path.indexOf(file)), file];
      found.push(`import cycle ${ring.join(" → ")}: move what both need into a file of its own`);
    }
    if (done.has(file)) return;
    done.add(file);
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

export function orphans(repository: Repository): string[] {
  const imported = new Set([...filesGraph(edgesOf(repository)).values()].flat());
  return [...repository.files.keys()]
    .filter((path) => path.endsWith(".ts") && !imported.has(path) && !entryPoints.some((entry) => entry.test(path)))
    .map((path) => `${path}: nothing imports it: use it, delete it, or name it an entry point in tests/tidy/rules.ts`);
}
