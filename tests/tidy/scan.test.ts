import { expect, test } from "vitest";
import { specifiers } from "./scan.ts";

const texts = (source: string) => specifiers(source).map((s) => s.text);

test("finds every way to name a module", () => {
  const source = [
    'import { a } from "./a.ts";',
    "import type { B } from './b.ts';",
    'import "./c.ts";',
    'export * from "./d.ts";',
    "export {",
    "  e,",
    '} from "./e.ts";',
    'const f = await import("./f.ts");',
    'type G = typeof import("./g.ts");',
    'new Worker(new URL("./h.ts", import.meta.url));',
    'import.meta.resolve("@sluice/edge");',
  ].join("\n");
  expect(texts(source)).toEqual([
    "./a.ts",
    "./b.ts",
    "./c.ts",
    "./d.ts",
    "./e.ts",
    "./f.ts",
    "./g.ts",
    "./h.ts",
    "@sluice/edge",
  ]);
  expect(specifiers(source)[4]?.line).toBe(7);
  expect(specifiers(source).flatMap((s) => (s.kind === "url" ? s.text : []))).toEqual(["./h.ts"]);
});

test("does not take text for code", () => {
  const source = [
    '// import "./comment.ts"',
    '/* import "./block.ts" */',
    "const a = 'import \"./string.ts\"';",
    'const b = `import "./template.ts" ${"${nested}"} import "./after.ts"`;',
    'const c = /["\'/]import "x"/.test(a);',
    'const d = Array.from("abc");',
    'new URL("./elsewhere.ts", base);',
    'const e = important("x") / 2 + reform["from"] / 3;',
  ].join("\n");
  expect(texts(source)).toEqual([]);
});

test("keeps its footing after regular expressions, divisions and nested templates", () => {
  const source = [
    'const quote = /"/g; const half = total / 2; const other = "\'";',
    "const text = `a ${list.map((x) => `<${x}>`).join('`')} b`;",
    'import last from "./last.ts";',
  ].join("\n");
  expect(texts(source)).toEqual(["./last.ts"]);
});
