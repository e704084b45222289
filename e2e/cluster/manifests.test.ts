import { describe, expect, test } from "vitest";
import { helm, isLacking, kubectlWith, why } from "./fleet.ts";

/** Sets of values with which each chart renders all kinds of objects that it has. */
const sets: Readonly<Record<string, readonly string[]>> = {
  "the hub, with all that it can have": ["charts/sluice", "--values", "e2e/cluster/platform/hub.yaml"],
  "the hub of the install guide": ["charts/sluice", "--values", "deploy/samples/charts/hub.yaml"],
  "a site beside its hub": [
    "charts/sluice-edge",
    "--values",
    "deploy/samples/cluster/site.yaml",
    "--set",
    "podMonitor.enabled=true",
  ],
  "the site of the install guide": [
    "charts/sluice-edge",
    "--values",
    "deploy/samples/charts/site-a.yaml",
    "--set",
    "podMonitor.enabled=true",
  ],
};

/** The schemas are those of the API server, of Sluice's own kinds, of the Prometheus operator and of KEDA, as they are installed. */
describe.skipIf(isLacking)(`what the charts render${why}`, () => {
  test.each(Object.entries(sets))("%s: a real cluster knows every field of every object", async (_, words) => {
    const rendered = helm("template", "other", ...words);
    expect(rendered).toContain("kind: PodMonitor");
    const said = await kubectlWith(rendered, "apply", "--dry-run=server", "--validate=strict", "-f", "-");
    expect(said.trim().split("\n").length).toBeGreaterThan(5);
    expect(said.split("\n").filter((line) => line !== "" && !line.includes("(server dry run)"))).toEqual([]);
  });
});
