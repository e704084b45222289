const pollMs = 10;
/** Long for a condition that never holds, and no time at all for one that does: a machine may be busy with other things. */
const patienceMs = 30_000;

export type Truthy<T> = Exclude<T, false | null | undefined | 0 | "">;

/**
 * Waits until `condition` holds and returns its value. Rejects after `timeoutMs` with `what` and the last error that
 * the condition threw, if it threw.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = patienceMs, what = "the condition" }: { timeoutMs?: number; what?: string } = {},
): Promise<Truthy<T>> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const seen = await attempt(condition);
    if (seen.value) return seen.value as Truthy<T>;
    if (performance.now() >= endMs) {
      throw new Error(`${what} did not hold within ${timeoutMs} ms`, { cause: seen.cause });
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function attempt<T>(condition: () => T | Promise<T>): Promise<{ value?: T; cause?: unknown }> {
  try {
    return { value: await condition() };
  } catch (cause) {
    return { cause };
  }
}
