/** How far a program is; answers the message `read`. */
export interface Reading {
  readonly kind: "reading";
  /** Frames or pictures finished so far, as of `atMs` on this process's monotonic clock. */
  readonly count: number;
  readonly atMs: number;
  readonly sent: number;
  /** Of each frame since the last reading. */
  readonly latenciesMs: readonly number[];
  /** When each document came since the last reading, by the wall clock. */
  readonly arrivedMs?: readonly number[];
}

/** Ends with whoever started this program, says that it is ready, and then how far it is whenever that is asked. */
export function serveReadings(read: () => Partial<Reading> & Pick<Reading, "count">): void {
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.on("message", () => {
    process.send?.({ kind: "reading", atMs: performance.now(), sent: 0, latenciesMs: [], ...read() });
  });
  process.send?.({ kind: "ready" });
}

/** What this program was told to do: one argument of JSON. */
export const told = (): unknown => JSON.parse(process.argv[2]!);
