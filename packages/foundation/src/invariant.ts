/** A broken promise inside Sluice itself; never caused by input, so it is not part of the error catalogue. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** States what must be true here; throws {@link InvariantError} where it is not. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
