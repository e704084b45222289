import type { Clock } from "@sluice/foundation";
import { Price } from "@sluice/offload";
import type { Kind } from "./state/document.ts";
import type { State } from "./state/state.ts";

/** How often what was learned is handed to the state: an hour's learning fits in few bytes, and disks wear. */
const rememberEveryMs = 60_000;

const priceKind: Kind<Price> = { version: 1, parse: (value) => Price.from(value) };

/** The price that a byte had when the device last ran. */
export const recallPrice = (state: State): Price => state.load("price", priceKind) ?? new Price();

/** Hands what was learned to the state now and then; the returned function does so a last time and stops. */
export function keepMemory(
  { state, price, clock }: { state: State; price: Price; clock: Clock },
  streams: readonly { pipeline: { remember(): void } }[],
): () => void {
  let cancel = () => {};
  const remember = () => {
    for (const { pipeline } of streams) pipeline.remember();
    state.save("price", priceKind, price);
  };
  const later = () => {
    cancel = clock.after(rememberEveryMs, () => {
      remember();
      later();
    });
  };
  later();
  return () => {
    cancel();
    remember();
  };
}
