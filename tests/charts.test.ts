import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { valuesSchemas } from "@sluice/charts";
import { consoleConfigSchema, edgeConfigSchema, operatorConfigSchema, readDocument } from "@sluice/contracts";
import { boards, dashboardOf } from "@sluice/dashboards";
import { repoRoot, tempDir } from "@sluice/testkit";
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

/** What a chart holds that is made from elsewhere; `UPDATE_DOCS=1 npx vitest run tests/charts.test.ts` mends what is stale. */
function generated(name: keyof typeof valuesSchemas): Record<string, string> {
  const schema = valuesSchemas[name];
  const readme = readFileSync(join(charts, name, "README.md"), "utf8");
  const own = {
    "values.schema.json": `${JSON.stringify(schema, null, 2)}\n`,
    "README.md": withSection(readme, "values", fieldTable(schema)),
  };
  return name === "sluice" ? { ...own, ...copies() } : own;
}

/** Helm reads nothing outside a chart's folder. */
function copies(): Record<string, string> {
  const text = (path: string) => readFileSync(join(repoRoot, "deploy", path), "utf8");
  const role = text("operator/role.yaml")
    .split("---\n")
    .find((document) => document.includes("kind: Role\n"))!;
  return {
    "files/role.yaml": role.slice(role.indexOf("rules:")),
    "files/alerts.yaml": text("alerts/alerts.yaml"),
    "files/recordings.yaml": text("alerts/recordings.yaml"),
    ...Object.fromEntries(
      boards.map(({ name }) => [`files/dashboards/${name}.json`, text(`dashboards/json/${name}.json`)]),
    ),
  };
}

const names = ["sluice", "sluice-edge"] as const;

test.each(names)("charts/%s: what is made from the code and from deploy/ equals it", (name) => {
  for (const [file, text] of Object.entries(generated(name))) {
    const path = join(charts, name, file);
    if (renewing) writeFileSync(path, text);
    expect(readFileSync(path, "utf8"), "stale: run UPDATE_DOCS=1 npx vitest run tests/charts.test.ts").toBe(text);
  }
});

describe("sluice", () => {
  const hub = (...words: string[]) => helm("template", "hub", join(charts, "sluice"), "--namespace", "fleet", ...words);

  test("passes helm lint, with its defaults and with the sample", () => {
    for (const values of [[], ["-f", join(samples, "hub.yaml")]]) {
      expect(helm("lint", "--strict", join(charts, "sluice"), ...values)).toContain("0 chart(s) failed");
    }
  });

  test("refuses a typo in values, and a device that could not be a NATS token", () => {
    expect(() => hub("--set", "operator.replica=1")).toThrow(/'replica' not allowed/);
    expect(() => hub("--set", "nats.devices={cam.1}")).toThrow(/nats\/devices\/0/);
    expect(() => hub("--set", "nats.devices={operator}"), "the broker has a user of that name").toThrow(
      /nats\/devices\/0/,
    );
  });

  test("has a name of its own for each object, whatever the release is called", () => {
    for (const release of ["sluice", "hub"]) {
      const rendered = helm("template", release, join(charts, "sluice"), "--set", "nats.devices={cam-a}");
      const objects = rendered.split(/^---$/m).flatMap((text) => {
        const named = /^kind: (\S+)[^]*?^ {2}name: (\S+)/m.exec(text);
        return named ? [`${named[1]}/${named[2]}`] : [];
      });
      expect(objects.length).toBeGreaterThan(15);
      expect(objects.filter((each, at) => objects.indexOf(each) !== at)).toEqual([]);
    }
  });

  test("writes configurations that operator and console take", () => {
    const operator = fileOf(hub("--show-only", "templates/operator.yaml"), "operator.yaml");
    const parsed = readDocument(operator, operatorConfigSchema, "operator.yaml", "config-invalid");
    expect(parsed).toMatchObject({ namespace: "fleet", nats: { servers: ["nats://hub-nats.fleet.svc:4222"] } });
    const console = fileOf(hub("--show-only", "templates/console.yaml"), "console.yaml");
    expect(() => readDocument(console, consoleConfigSchema, "console.yaml", "config-invalid")).not.toThrow();
  });

  test("confines the broker's users as the sample does, whose permissions tests hold real programs to", () => {
    const shipped = readFileSync(join(repoRoot, "deploy/samples/nats/site.conf"), "utf8").split("user: ");
    const chart = readFileSync(join(charts, "sluice/files/users.yaml"), "utf8").split(/\n(?=\w)/);
    const subjects = (text: string) =>
      [...text.replaceAll(/#.*/g, "").matchAll(/"([^"]*[.>][^"]*)"/g)].map((hit) => hit[1]!);
    for (const [user, name] of Object.entries({ "cam-a": "DEVICE", operator: "operator", console: "console" })) {
      const theirs = subjects(shipped.find((block) => block.startsWith(user))!.replaceAll("cam-a", "DEVICE"));
      expect(subjects(chart.find((block) => block.startsWith(`${name}:`))!)).toEqual(theirs);
    }
  });

  test("gives each device a user with its own subjects, and keeps their passwords out of the configuration of others", () => {
    const rendered = hub("--set", "nats.devices={cam-a,cam-b}", "--show-only", "templates/nats.yaml");
    expect(rendered).toContain("sluice.v1.heartbeat.cam-b");
    expect(rendered).not.toContain("DEVICE");
  });

  test("restarts the broker when a password changes, which it reads but once", () => {
    const checksum = () => /checksum\/users: (\S+)/.exec(hub("--set", "nats.devices={cam-a}"))![1];
    expect(checksum(), "without a cluster to keep them, each rendering makes new passwords").not.toBe(checksum());
  });

  test("brings rules and dashboards where there is who takes them, and not otherwise", () => {
    expect(hub()).not.toMatch(/monitoring.coreos.com|grafana_dashboard/);
    const monitored = hub("--set", "dashboards.enabled=true,rules.enabled=true,podMonitor.enabled=true");
    expect(monitored.match(/^kind: PrometheusRule$/gm)).toHaveLength(2);
    expect(monitored.match(/^kind: PodMonitor$/gm)).toHaveLength(1);
    const found = [...monitored.matchAll(/^ {2}sluice-(\w+)\.json: (".*")$/gm)];
    const shown = Object.fromEntries(found.map((hit) => [hit[1]!, JSON.parse(JSON.parse(hit[2]!) as string)]));
    for (const board of boards) {
      expect(shown[board.name]).toEqual(JSON.parse(JSON.stringify(dashboardOf(board))));
    }
    expect(monitored.match(/grafana_dashboard: "1"/g)).toHaveLength(boards.length);
  });

  test("runs no broker where there is one, and brings the CRDs unless told otherwise", () => {
    const own = hub("--set", "nats.servers={tls://broker.example:4222}");
    expect(own).not.toContain("kind: StatefulSet");
    expect(own.match(/kind: CustomResourceDefinition/g)).toHaveLength(4);
    expect(hub("--set", "crds.install=false")).not.toContain("kind: CustomResourceDefinition");
  });
});

/** A file of a rendered ConfigMap. */
function fileOf(rendered: string, file: string): string {
  const indented = new RegExp(`${file.replace(".", "\\.")}: \\|\n((?: {4}.*\n)+)`).exec(rendered)![1]!;
  return indented.replaceAll(/^ {4}/gm, "");
}

describe("sluice-edge", () => {
  test("passes helm lint, with its defaults and with the sample", () => {
    for (const values of [[], sample]) {
      expect(helm("lint", "--strict", join(charts, "sluice-edge"), ...values)).toContain("0 chart(s) failed");
    }
  });

  test("refuses a typo in values, wherever it is, and says where", () => {
    expect(() => render("--set", "imge.tag=1")).toThrow(/'imge' not allowed/);
    expect(() => render(...sample, "--set", "devices.gate-1.config.strems=1")).toThrow(
      /devices\/gate-1\/config.*'strems'/s,
    );
    expect(() => render(...sample, "--set", "devices.gate-1.config.offload.budgt=1")).toThrow(/'budgt' not allowed/);
  });

  test("writes a configuration that the daemon takes", () => {
    const config = fileOf(render(...sample, "--show-only", "templates/config.yaml"), "edge.yaml");
    const parsed = readDocument(config, edgeConfigSchema, "edge.yaml", "config-invalid");
    expect(parsed).toMatchObject({ device: "gate-1", state: "/var/lib/sluice", http: { host: "0.0.0.0" } });
  });

  test("gives the broker's authority to every program, as it was given", async () => {
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    const folder = tempDir();
    const file = join(folder.path, "ca.crt");
    writeFileSync(file, pem);
    const hub = helm("template", "hub", join(charts, "sluice"), "--set-file", `nats.ca=${file}`);
    const device = render(...sample, "--set-file", `ca=${file}`);
    await folder.remove();
    const told = (text: string) =>
      [...text.matchAll(/SLUICE_NATS_CA(?:, value)?: (".*?")/g)].map((hit) => JSON.parse(hit[1]!));
    expect([told(hub), told(device)]).toEqual([[pem, pem, pem], [pem]]);
  });

  test("logs a device in with the password that the hub's chart made for it", () => {
    const hub = helm("template", "hub", join(charts, "sluice"), "--set", "nats.devices={gate-1}");
    const made = /name: (hub-nats)\n[^]*?stringData:\n(?: {2}.*\n)*? {2}gate-1: "[A-Za-z0-9]{32}"/.exec(hub)?.[1];
    const device = render(...sample, "--set", `passwordsSecret=${made}`);
    expect(device).toContain("valueFrom: {secretKeyRef: {name: hub-nats, key: gate-1}}");
  });

  test("restarts a device when its own configuration changes, and only then", () => {
    const checksum = (...words: string[]) => /checksum\/config: (\S+)/.exec(render(...sample, ...words))![1];
    expect(checksum("--set", "resources.limits.memory=1Gi")).toBe(checksum());
    expect(checksum("--set", "devices.gate-1.config.threads=2")).not.toBe(checksum());
  });
});
