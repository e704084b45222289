import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { mappingSchema, metrics, readDocument } from "@sluice/contracts";
import { prometheusReason, promtool, repoRoot } from "@sluice/testkit";
import { expect, test } from "vitest";
import { matching, readRepository } from "../tidy/repository.ts";
import { namesIn } from "./names.ts";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

const repository = readRepository(repoRoot);
const read = (file: string): unknown => {
  const path = `deploy/alerts/${file}`;
  return readDocument(repository.files.get(path)!.text, mappingSchema, path, "config-invalid");
};
const rulesIn = (file: string): Rule[] =>
  (read(file) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const alerts = rulesIn("alerts.yaml");
const recordings = rulesIn("recordings.yaml");
const runbooks = [...matching(repository, /^docs\/runbooks\/.*\.md$/)].map(({ path }) => path);

test("each alert has its runbook, and each runbook its alert", () => {
  const named = alerts.map(({ annotations }) => annotations!["runbook"]!);
  expect(named.toSorted()).toEqual(runbooks.toSorted());
  for (const { alert, annotations } of alerts) {
    const page = repository.files.get(annotations!["runbook"]!)!.text;
    expect(page, `${annotations!["runbook"]} speaks of ${alert}`).toContain(alert);
  }
});

test("each alert says what is wrong and how urgent it is", () => {
  for (const { alert, labels, annotations } of alerts) {
    expect(["page", "ticket"], `${alert}`).toContain(labels!["severity"]);
    expect(annotations!["summary"], `${alert}`).toMatch(/^.{10,}[^.]$/);
  }
});

test("every metric in a rule is exported or recorded, and what is recorded is used or shown", () => {
  const known = new Set([...Object.keys(metrics), ...recordings.map(({ record }) => record!), "up"]);
  for (const { alert, record, expr } of [...alerts, ...recordings]) {
    const names = namesIn(expr);
    expect(names.length, `${alert ?? record}`).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  }
});

test.skipIf(!promtool)(`the rules' own tests pass (${prometheusReason})`, () => {
  const folder = join(repoRoot, "deploy/alerts");
  for (const args of [
    ["check", "rules", "recordings.yaml", "alerts.yaml"],
    ["test", "rules", "rules.test.yaml"],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool!, args, { cwd: folder, encoding: "utf8" });
    expect(status, `${stdout}${stderr}`).toBe(0);
  }
});

test("every alert has a test in which it fires", () => {
  const { tests } = read("rules.test.yaml") as {
    tests: { alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[] }[];
  };
  const firing = tests
    .flatMap((one) => one.alert_rule_test ?? [])
    .filter((one) => one.exp_alerts?.length)
    .map((one) => one.alertname);
  expect([...new Set(firing)].toSorted()).toEqual(alerts.map(({ alert }) => alert!).toSorted());
});
