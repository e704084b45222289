import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { valuesSchemas } from "@sluice/charts";
import { edgeConfigSchema, readDocument } from "@sluice/contracts";
import { repoRoot } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { fieldTable } from "./reference/fields.ts";
import { withSection } from "./reference/sections.ts";

const charts = join(repoRoot, "charts");
const samples = join(repoRoot, "deploy/samples/charts");
const renewing = Boolean(process.env["UPDATE_DOCS"]);

/** Runs the real helm; throws with what it wrote where it refuses. */
function helm(...words: string[]): string {
  return execFileSync(join(repoRoot, ".sluice/bin/helm"), words, { encoding: "utf8", stdio: "pipe" });
}

const render = (...words: string[]) => helm("template", "site-a", join(charts, "sluice-edge"), ...words);
const sample = ["-f", join(samples, "site-a.yaml")] as const;

/** `UPDATE_DOCS=1 npx vitest run tests/charts.test.ts` mends what is stale. */
test.each(Object.entries(valuesSchemas))(
  "charts/%s: its schema of values and its README equal the code",
  (name, schema) => {
    const path = (file: string) => join(charts, name, file);
    const readme = readFileSync(path("README.md"), "utf8");
    const fresh = {
      "values.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
      "README.md": withSection(readme, "values", fieldTable(schema)),
    };
    for (const [file, text] of Object.entries(fresh)) {
      if (renewing) writeFileSync(path(file), text);
      expect(readFileSync(path(file), "utf8"), "stale: run UPDATE_DOCS=1 npx vitest run tests/charts.test.ts").toBe(
        text,
      );
    }
  },
);

describe("sluice-edge", () => {
  test("passes helm lint, with its defaults and with the sample", () => {
    for (const values of [[], sample]) {
      expect(helm("lint", "--strict", join(charts, "sluice-edge"), ...values)).toContain("0 chart(s) failed");
    }
  });

  test("refuses a typo in values, wherever it is, and says where", () => {
    expect(() => render("--set", "imge.tag=1")).toThrow(/'imge' not allowed/);
    expect(() => render(...sample, "--set", "devices.gate.config.strems=1")).toThrow(
      /devices\/gate\/config.*'strems'/s,
    );
    expect(() => render(...sample, "--set", "devices.gate.config.offload.budgt=1")).toThrow(/'budgt' not allowed/);
  });

  test("writes a configuration that the daemon takes", () => {
    const rendered = render(...sample, "--show-only", "templates/config.yaml");
    const config = /edge\.yaml: \|\n((?: {4}.*\n)+)/.exec(rendered)![1]!.replaceAll(/^ {4}/gm, "");
    const parsed = readDocument(config, edgeConfigSchema, "edge.yaml", "config-invalid");
    expect(parsed).toMatchObject({ device: "gate", state: "/var/lib/sluice", http: { host: "0.0.0.0" } });
  });

  test("restarts a device when its own configuration changes, and only then", () => {
    const checksum = (...words: string[]) => /checksum\/config: (\S+)/.exec(render(...sample, ...words))![1];
    expect(checksum("--set", "resources.limits.memory=1Gi")).toBe(checksum());
    expect(checksum("--set", "devices.gate.config.threads=2")).not.toBe(checksum());
  });
});
