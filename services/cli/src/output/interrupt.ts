/** A signal that aborts when somebody ends the command: then it ends in order, and it is no failure. */
export function untilInterrupted(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.once(name, abort);
  const release = () => names.forEach((name) => process.off(name, abort));
  return { signal: stop.signal, [Symbol.dispose]: release };
}
