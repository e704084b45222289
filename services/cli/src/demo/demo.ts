import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause, systemClock } from "@sluice/foundation";
import type { Terminal } from "../terminal.ts";
import { startBroker } from "./broker.ts";
import { consoleConfig, edgeConfig, inferenceConfig } from "./configs.ts";
import { Fleet } from "./fleet.ts";
import { Group } from "./group.ts";
import { type DemoOptions, type Plan, planDemo } from "./plan.ts";
import { checkPort } from "./port.ts";
import { type Reference, readTruth } from "./reference.ts";
import { writeResults } from "./results.ts";
import { Screen, showEveryMs } from "./screen.ts";
import { aborted, stopRequest } from "./signals.ts";

export type { DemoOptions } from "./plan.ts";

/** A step of the end may take so long; three of them, within 5 s, when a person waits for it. */
const hurriedStepMs = 1_500;
const orderlyStepMs = 10_000;

/** `sluice demo`, from its options to its last line. */
export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<void> {
  const plan = planDemo(options);
  const truths = plan.devices.map(({ video }) => (plan.out ? readTruth(video) : undefined));
  await checkPort(plan.port);
  using stop = stopRequest();
  const ran = await runFleet(plan, terminal, stop.signal);
  if (ran && plan.out) await report(plan, truths, ran, terminal, stop.signal);
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
    await group.stop([[...devices, "console"], ["inference"]], signal.aborted ? hurriedStepMs : orderlyStepMs);
    await fleet?.close();
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
  try {
    const [page] = await Promise.all([
      step("console", group.start("console", "console", consoleConfig(plan, natsUrl))),
      step("inference", group.start("inference", "inference", inferenceConfig(plan, natsUrl))),
      ...plan.devices.map((device) =>
        step(`edge ${device.name}`, group.start(device.name, "edge", edgeConfig(plan, device, natsUrl))),
      ),
    ]);
    terminal.write(`\n  Open ${terminal.colors.bold(page)}\n\n`);
    return fleet;
  } catch (error) {
    await fleet.close();
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
    screen.show(fleet.sights, (systemClock.monotonicMs() - startMs) / 1_000);
  }
}

async function report(
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
      `${all.bytes} of ${all.budgetBytes} bytes\n${join(plan.out!, "summary.json")}\n`,
  );
}

const f1 = (value: number | null) => value?.toFixed(3) ?? "unknown";
