import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Time that leases are measured by: it counts on while the machine sleeps and while the daemon is restarted. */
export interface BootClock {
  /** The boot within which the clock goes on. */
  readonly boot: string;
  nowMs(): number;
}

/** Linux says which boot it is; elsewhere each run counts as one, so that a lease ends with the daemon. */
export function systemBootClock(): BootClock {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    if (boot !== "") return { boot, nowMs: () => uptime() * 1_000 };
  } catch {
    // No Linux, or a sandbox that hides it.
  }
  return { boot: randomUUID(), nowMs: () => performance.now() };
}
