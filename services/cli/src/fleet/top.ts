import { environmentSchema, SluiceError, subjects, validate } from "@sluice/contracts";
import { pause, systemClock } from "@sluice/foundation";
import { connectLink, decodeHeartbeat, type Link } from "@sluice/messaging";
import { untilInterrupted } from "../output/interrupt.ts";
import { type OutputOptions, put } from "../output/output.ts";
import { Redrawn } from "../output/redrawn.ts";
import { tableOf } from "../output/table.ts";
import type { Terminal } from "../terminal.ts";
import { type Heard, type Order, sorted, type Usage, usageColumns, usageOf } from "./top-table.ts";

export interface TopOptions extends OutputOptions {
  nats: string;
  watch?: boolean;
  sort: Order;
  for: number;
}

const redrawMs = 1_000;
/** Devices that are remembered; more are not shown. */
const devicesMax = 20_000;

/** Listens to the devices themselves for a while, and shows what they spend and what they get for it. */
export async function showTop(options: TopOptions, terminal: Terminal): Promise<void> {
  const environment = validate(process.env, environmentSchema, "environment", "config-invalid");
  let problem: SluiceError | null = null;
  const link = await connectLink({
    servers: [options.nats],
    name: "sluice-top",
    clock: systemClock,
    token: environment.SLUICE_NATS_TOKEN,
    credentialsFile: environment.SLUICE_NATS_CREDS,
    authorities: environment.SLUICE_NATS_CA,
    onState: (state) => (problem = state.problem),
  });
  const { signal, [Symbol.dispose]: release } = untilInterrupted();
  try {
    const heard = listen(link);
    const usages = () =>
      sorted(
        [...heard.values()].map((device) => usageOf(device, Date.now())),
        options.sort,
      );
    if (options.watch) return await watch(usages, () => (link.connected ? null : problem), terminal, signal);
    await pause(awake, options.for * 1_000, signal);
    if (heard.size === 0 && !link.connected)
      throw problem ?? new SluiceError("disconnected", `${options.nats}: no connection within ${options.for} s`);
    put(options, terminal, usages(), (wide) => textOf(usages(), wide));
  } finally {
    release();
    await link.close();
  }
}

/** A clock whose timers keep the process alive: here they are all that it waits for. */
const awake = {
  ...systemClock,
  after(delayMs: number, fire: () => void) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};

function listen(link: Link): ReadonlyMap<string, Heard> {
  const heard = new Map<string, Heard>();
  link.subscribe(subjects.heartbeatAll(), {}, ({ payload, subject }) => {
    const decoded = decodeHeartbeat(payload);
    if (!decoded.ok || subjects.heartbeat(decoded.value.device) !== subject) return;
    const now = decoded.value;
    const last = heard.get(now.device);
    if (!last && heard.size >= devicesMax) return;
    const before = last?.now.startedAtMs === now.startedAtMs ? last.now : undefined;
    heard.set(now.device, { now, before, heardMs: Date.now() });
  });
  return heard;
}

function textOf(usages: readonly Usage[], wide: boolean): string {
  return usages.length === 0 ? "no device was heard" : tableOf(usageColumns, usages, wide);
}

async function watch(
  usages: () => readonly Usage[],
  problem: () => SluiceError | null,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const screen = new Redrawn(terminal);
  while (!signal.aborted) {
    const trouble = problem();
    screen.show(`${textOf(usages(), false)}${trouble ? `\nnot up to date: ${trouble.message}` : ""}`);
    await pause(awake, redrawMs, signal);
  }
}
