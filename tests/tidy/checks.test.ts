import { expect, test } from "vitest";
import { fileSizes, forbiddenText, lockfile, namesThatSayNothing } from "./hygiene.ts";
import { arrows, cycles, libraryOwners, orphans, packageLists, purity } from "./imports.ts";
import { architecture, environment, idleMetrics, links } from "./prose.ts";
import { type Repository, repositoryOf } from "./repository.ts";

/** Put together here, because the checks read this file too. */
const later = ["TO", "DO"].join("");
const place = ["", "work", ""].join("/");
const alone = [".on", "ly"].join("");

/** Each check on a small repository that breaks the rule once, beside what keeps it. */
const cases: [string, (r: Repository) => string[], Record<string, string>, RegExp[]][] = [
  [
    "arrows",
    arrows,
    {
      "packages/offload/src/index.ts": 'import "@sluice/contracts"; import "@sluice/messaging"; import "./gone.ts";',
      "packages/vision/src/a.ts": 'import "../../foundation/src/index.ts"; import "@sluice/visoin";',
      "packages/vision/src/b.ts": 'import "@sluice/testkit";',
      "packages/vision/src/b.test.ts": 'import "@sluice/testkit";',
      "packages/foundation/src/index.ts": "export {};",
    },
    [/offload may not import @sluice\/messaging/, /gone\.ts does not/, /leads into/, /no package/, /b\.ts:1: testkit/],
  ],
  [
    "purity",
    purity,
    { "packages/fusion/src/a.ts": 'import "node:fs";', "packages/fusion/src/a.test.ts": 'import "node:fs";' },
    [/a\.ts:1: a core package computes only/],
  ],
  [
    "libraryOwners",
    libraryOwners,
    {
      "services/edge/src/a.ts": 'import "sharp"; import "left-pad";',
      "packages/imaging/src/a.ts": 'import "sharp/lib";',
      "bench/src/a.ts": 'import "vega";',
      "e2e/a.ts": 'import "vega";',
    },
    [/only imaging imports sharp/, /left-pad has no owner/, /e2e\/a\.ts:1: only bench imports vega/],
  ],
  [
    "packageLists",
    packageLists,
    {
      "packages/models/package.json":
        '{"dependencies": {"onnxruntime-node": "1", "@sluice/vision": "1"}, "devDependencies": {"@sluice/testkit": "1"}}',
      "packages/models/src/index.ts": 'import "onnxruntime-node"; import "@sluice/contracts"; import "node:fs";',
      "packages/models/src/a.test.ts": 'import "@sluice/foundation"; import "vitest";',
    },
    [/contracts is imported but/, /tests import @sluice\/foundation/, /vision is listed but not/, /testkit is listed/],
  ],
  [
    "cycles",
    cycles,
    {
      "packages/vision/src/a.ts": 'import "./b.ts";',
      "packages/vision/src/b.ts": 'import "./c.ts";',
      "packages/vision/src/c.ts": 'import "./a.ts";',
    },
    [/a\.ts → \S+b\.ts → \S+c\.ts → \S+a\.ts/],
  ],
  [
    "orphans",
    orphans,
    {
      "services/edge/src/main.ts": 'new URL("./worker.ts", import.meta.url);',
      "services/edge/src/worker.ts": "",
      "services/edge/src/left.ts": "",
    },
    [/left\.ts: nothing imports it/],
  ],
  [
    "fileSizes",
    fileSizes,
    { "a.ts": "\n".repeat(301), "b.test.ts": "\n".repeat(301), "c.md": "\n".repeat(999) },
    [/a\.ts/],
  ],
  ["names", namesThatSayNothing, { "src/frame-utils.ts": "", "src/commonwealth.ts": "" }, [/"utils" says nothing/]],
  [
    "forbiddenText",
    forbiddenText,
    { "a.ts": `// ${later} later\nread("${place}x");\n`, "b.ts": `test${alone}("x")`, "c.ts": 'at("a/work/b")' },
    [/a\.ts:1: "TO/, /a\.ts:2/, /b\.ts:1/],
  ],
  [
    "lockfile",
    lockfile,
    { "package-lock.json": '"resolved": "packages/a"', "x/package-lock.json": '"resolved": "https://x"' },
    [/^x\/package-lock/],
  ],
  [
    "links",
    links,
    {
      "docs/a.md":
        "# A\n[b](b.md#its-part-2) [c](../c.md) [gone](gone.md) [no](b.md#other) [here](#a) [site](https://x.dev#y)",
      "docs/b.md": "## Its `part` [2](x.md)\n```sh\n# other\n```\n[x](../c.md)",
      "c.md": "",
      "docs/x.md": "",
    },
    [/docs\/a\.md: link to gone\.md/, /docs\/a\.md: link to b\.md#other/],
  ],
  [
    "environment",
    environment,
    {
      "packages/a/src/a.ts": "process.env.SLUICE_KNOWN; process.env.SLUICE_NEW",
      "a.md": "SLUICE_KNOWN",
    },
    [/_NEW is not documented/],
  ],
];

test.each(cases)("%s finds what is wrong, and nothing else", (_, check, texts, expected) => {
  const found = check(repositoryOf(texts));
  expect(found).toHaveLength(expected.length);
  for (const pattern of expected) expect(found.some((line) => pattern.test(line))).toBe(true);
});

test("ARCHITECTURE.md must name each part and no path that is gone", () => {
  const found = architecture(
    repositoryOf({ "ARCHITECTURE.md": "`packages/vision/src/gone.ts`, `a/b`", "packages/x": "" }),
  );
  expect(found.some((line) => line.includes("packages/vision/src/gone.ts does not exist"))).toBe(true);
  expect(found.some((line) => line.includes("services/edge is not mentioned"))).toBe(true);
  expect(found.some((line) => line.includes("packages/vision is not mentioned"))).toBe(false);
});

test("a metric counts as set where code outside the contracts names it", () => {
  const repository = repositoryOf({
    "services/edge/src/a.ts": 'inc("m_set")',
    "packages/contracts/src/m.ts": "m_idle",
  });
  expect(idleMetrics(repository, ["m_set", "m_idle"])).toEqual([expect.stringContaining("nothing sets m_idle")]);
});
