import type { Wave } from "@sluice/contracts";
import { selects } from "@sluice/rollout";
import { type Check, error, type Finding, warning } from "./finding.ts";

/** More than this share at once, after all waves, is no careful rollout. */
const leastShare = 50;

/** Waves that add nobody, and rollouts that end in a leap. */
export const checkWaves: Check = ({ spec }, { devices }) => {
  const { waves } = spec.rollout;
  return [
    ...growing(waves, "percent"),
    ...growing(waves, "count"),
    ...waves.flatMap((wave) =>
      nobody(
        wave,
        devices.filter(({ metadata }) => selects(spec.selector, metadata.labels ?? {})),
      ),
    ),
    ...leap(waves),
  ];
};

function growing(waves: readonly Wave[], size: "percent" | "count"): Finding[] {
  const sized = waves.filter((wave) => wave[size] !== undefined);
  return sized.flatMap((wave, i) => {
    const before = sized[i - 1];
    if (!before || wave[size]! > before[size]!) return [];
    const says = `adds no device: ${before.name} reaches ${before[size]} before it`;
    return [error(`rollout.waves[${wave.name}].${size}`, says)];
  });
}

function nobody(wave: Wave, devices: Parameters<Check>[1]["devices"]): Finding[] {
  const { selector } = wave;
  if (!selector || devices.length === 0 || devices.some(({ metadata }) => selects(selector, metadata.labels ?? {})))
    return [];
  return [warning(`rollout.waves[${wave.name}].selector`, "matches none of the policy's devices")];
}

function leap(waves: readonly Wave[]): Finding[] {
  const percents = waves.flatMap(({ percent }) => percent ?? []);
  const last = percents.at(-1);
  if (last === undefined || last >= leastShare) return [];
  const says = `the waves reach ${last} % and then stop: the other ${100 - last} % change at once after them`;
  return [warning("rollout.waves", says)];
}
