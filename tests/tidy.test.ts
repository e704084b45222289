import { metrics } from "@sluice/contracts";
import { expect, test } from "vitest";
import { fileSizes, forbiddenText, lockfile, namesThatSayNothing } from "./tidy/hygiene.ts";
import { arrows, cycles, libraryOwners, orphans, packageLists, purity } from "./tidy/imports.ts";
import { architecture, environment, idleMetrics, links } from "./tidy/prose.ts";
import { type Repository, readRepository } from "./tidy/repository.ts";

/** The whole repository against the house's order; the rules themselves are data in `tidy/rules.ts`. */
const repository = readRepository(new URL("..", import.meta.url).pathname);

const checks: Record<string, (repository: Repository) => string[]> = {
  "arrows between packages point one way": arrows,
  "core packages do no I/O": purity,
  "each library has one importer": libraryOwners,
  "each package.json lists what is imported": packageLists,
  "no import cycles": cycles,
  "no file that nothing imports": orphans,
  "files are small": fileSizes,
  "names say something": namesThatSayNothing,
  "nothing is left for later, nothing is tied to one machine": forbiddenText,
  "the lockfile names no download addresses": lockfile,
  "ARCHITECTURE.md fits the tree": architecture,
  "links lead somewhere": links,
  "each metric is set somewhere": (r) => idleMetrics(r, Object.keys(metrics)),
  "each environment variable is documented": environment,
};

test("the scan reads this repository", () => {
  expect(repository.files.has("tests/tidy.test.ts")).toBe(true);
  expect([...repository.files.keys()].filter((path) => path.startsWith("packages/")).length).toBeGreaterThan(30);
});

test.each(Object.entries(checks))("%s", (_, check) => {
  expect(check(repository)).toEqual([]);
});
