import { SluiceError } from "@sluice/contracts";

const ending = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Aborts at the first signal that asks the demo to end, or when nobody reads its output any more (a closed terminal or
 * pipe). Dispose of it to hand the signals back.
 */
export function stopRequest(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const name of ending) process.on(name, abort);
  process.stdout.on("error", abort);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const name of ending) process.off(name, abort);
      process.stdout.off("error", abort);
    },
  };
}

/** Rejects when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = () => reject(new SluiceError("internal", "stopped while setting up"));
  if (signal.aborted) fail();
  else signal.addEventListener("abort", fail, { once: true });
  promise.catch(() => {});
  return promise;
}
