import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause, systemClock } from "@sluice/foundation";
import type { Terminal } from "../terminal.ts";
import { startBroker } from "./broker.ts";
import { consoleConfig, edgeConfig, inferenceConfig, operatorConfig } from "./configs.ts";
import { Fleet } from "./fleet.ts";
import { Group } from "./group.ts";
import { writeObjects } from "./objects.ts";
import { type DemoOptions, type Device, type Plan, planDemo } from "./plan.ts";
import { checkPort } from "./port.ts";
import { type Reference, readTruth } from "./reference.ts";
import { writeResults } from "./results.ts";
import { Screen, showEveryMs } from "./screen.ts";
import { aborted, stopRequest } from "./signals.ts";
import type { Summary } from "./summary.ts";

export type { DemoOptions } from "./plan.ts";

/** The end has three steps: devices and page, cloud service, broker. A person who waits sees it done within 5 s. */
const hurriedMs = [2_500, 1_200, 600];
const orderlyMs = [10_000, 5_000, 2_000];

/** `sluice demo`, from its options to its last line. */
export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<void> {
  const plan = planDemo(options);
  const truths = plan.devices.map(({ video }) => (plan.out ? readTruth(video) : undefined));
  await checkPort(plan.port);
  using stop = stopRequest();
  const ran = await runFleet(plan, terminal, stop.signal);
  if (ran && plan.out) await conclude(plan, truths, ran, terminal, stop.signal);
}

interface Ran {
  readonly fleet: Fleet;
  readonly seconds: number;
  readonly interrupted: boolean;
}

/** Everything from the first process to the last; undefined if it was stopped before it ran. */
async function runFleet(plan: Plan, terminal: Terminal, signal: AbortSignal): Promise<Ran | undefined> {
  const folder = logFolder(plan);
  const group = new Group(folder, systemClock);
  let fleet: Fleet | undefined;
  try {
    fleet = await setUp(plan, group, folder, terminal, signal);
    const startMs = systemClock.monotonicMs();
    await watch(plan, fleet, group, terminal, signal);
    const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
    return { fleet, seconds, interrupted: signal.aborted };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    const devices = plan.devices.map(({ name }) => name);
    await group.stop(
      [[...devices, "console", "operator"], ["inference"], ["nats-server"]],
      signal.aborted ? hurriedMs : orderlyMs,
    );
    await fleet?.leave();
    if (!plan.out) await rm(folder, { recursive: true, force: true });
    terminal.write("Stopped; no process is left.\n");
  }
}

/** Logs and configurations: beside the results, or in a folder that goes with the demo. */
function logFolder(plan: Plan): string {
  if (!plan.out) return mkdtempSync(join(tmpdir(), "sluice-demo-"));
  const folder = join(plan.out, "logs");
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function setUp(
  plan: Plan,
  group: Group,
  folder: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Fleet> {
  const startMs = systemClock.monotonicMs();
  const step = async (what: string, ready: Promise<string>) => {
    const url = await Promise.race([ready, aborted(signal)]);
    const seconds = ((systemClock.monotonicMs() - startMs) / 1_000).toFixed(1);
    terminal.write(
      `  ${terminal.colors.green("ready")}  ${what.padEnd(24)} ${url}  ${terminal.colors.dim(`${seconds} s`)}\n`,
    );
    return url;
  };
  terminal.write(`Starting ${plan.devices.length} device(s), a broker, the cloud service and the page\n`);
  const natsUrl = await step("nats-server", startBroker(group, folder, systemClock));
  const fleet = await Fleet.follow(plan.devices, plan.out !== undefined, natsUrl, systemClock);
  const startDevice = async (device: Device) => {
    const config = edgeConfig(plan, device, natsUrl);
    const url = await group.start(device.name, "edge", config, {
      onStopped: (report) => fleet.close(device, report),
    });
    fleet.found(device, url);
    return url;
  };
  const startOperator = () => {
    const config = operatorConfig(plan, writeObjects(plan, folder), natsUrl);
    const onNews = (text: string) => terminal.write(`  ${terminal.colors.bold("policy")}  ${text}\n`);
    return group.start("operator", "operator", config, { onNews });
  };
  try {
    const [page] = await Promise.all([
      step("console", group.start("console", "console", consoleConfig(plan, natsUrl))),
      step("inference", group.start("inference", "inference", inferenceConfig(plan, natsUrl))),
      ...(plan.operated ? [step("operator", startOperator())] : []),
      ...plan.devices.map((device) => step(`edge ${device.name}`, startDevice(device))),
    ]);
    terminal.write(`\n  Open ${terminal.colors.bold(page)}\n\n`);
    return fleet;
  } catch (error) {
    await fleet.leave();
    throw error;
  }
}

/** Until the time is up, somebody stops it, or a process fails. */
async function watch(plan: Plan, fleet: Fleet, group: Group, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const screen = new Screen(terminal);
  const startMs = systemClock.monotonicMs();
  const endMs = startMs + (plan.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  for (;;) {
    const nowMs = systemClock.monotonicMs();
    if (signal.aborted || nowMs >= endMs) return;
    const waitMs = Math.min(showEveryMs(terminal), endMs - nowMs);
    await Promise.race([pause(systemClock, waitMs, signal), group.failed]);
    await fleet.poll(signal);
    screen.show(fleet.sights, (systemClock.monotonicMs() - startMs) / 1_000);
  }
}

async function conclude(
  plan: Plan,
  truths: readonly (Reference | undefined)[],
  { fleet, seconds, interrupted }: Ran,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const run = { plan, sights: fleet.sights, truths, seconds, interrupted, lostMessages: fleet.lost };
  const { all } = await writeResults(run, systemClock, signal, terminal);
  terminal.write(
    `F1 local ${f1(all.f1Local)}, corrected ${f1(all.f1Corrected)}, cloud on every frame ${f1(all.f1Cloud)}; ` +
      `${all.bytes} bytes${all.budgetBytes === null ? "" : ` of ${all.budgetBytes}`}\n${agreementLine(all.agreement)}\n${join(plan.out!, "summary.json")}\n`,
  );
}

/** What the devices said of themselves, knowing no truth, beside what the cloud model says of every frame. */
const agreementLine = ({ samples, local, corrected }: Summary["all"]["agreement"]): string =>
  `Agreement with the cloud, from ${samples} frames drawn at random: local ${claim(local)}, corrected ${claim(corrected)}`;

const claim = ({ claimed, halfWidth, actual }: Summary["all"]["agreement"]["local"]): string =>
  `${f1(claimed)}${halfWidth === null ? "" : ` ±${f1(halfWidth)}`} (on every frame ${f1(actual)})`;

const f1 = (value: number | null) => value?.toFixed(3) ?? "unknown";
