import { type Clock, fieldsOf, numberIn } from "@sluice/foundation";
import { Price, Road } from "@sluice/offload";
import type { Kind } from "./state/document.ts";
import type { State } from "./state/state.ts";

/** How often what was learned is handed to the state: an hour's learning fits in few bytes, and disks wear. */
const rememberEveryMs = 60_000;

const priceKind: Kind<Price> = { version: 1, parse: (value) => Price.from(value) };

/** The price that a byte had when the device last ran. */
export const recallPrice = (state: State): Price => state.load("price", priceKind) ?? new Price();

const roadKind = (clock: Clock): Kind<Road> => ({
  version: 1,
  write: (road) => ({ writtenAtMs: clock.wallMs(), trips: road.written(clock.monotonicMs()) }),
  parse: (value) => {
    const { writtenAtMs, trips } = fieldsOf(value, "road");
    return Road.from(trips, clock.monotonicMs(), sleptMs(writtenAtMs, clock));
  },
});

/** The way to the cloud as it was when the device last ran, as far as that is still news. */
export const recallRoad = (state: State, clock: Clock): Road => state.load("road", roadKind(clock)) ?? new Road();

/** How long a device slept since it wrote; a clock that went back tells nothing of that. */
export const sleptMs = (writtenAtMs: unknown, clock: Clock): number =>
  Math.max(0, clock.wallMs() - numberIn(writtenAtMs, "writtenAtMs", 0, Number.MAX_SAFE_INTEGER));

/** Hands what was learned to the state now and then; the returned function does so a last time and stops. */
export function keepMemory(
  { state, price, road, clock }: { state: State; price: Price; road: Road; clock: Clock },
  streams: readonly { pipeline: { remember(): void } }[],
): () => void {
  let cancel = () => {};
  const remember = () => {
    for (const { pipeline } of streams) pipeline.remember();
    state.save("price", priceKind, price);
    state.save("road", roadKind(clock), road);
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
