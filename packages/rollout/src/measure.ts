import type { Device, Reading } from "./facts.ts";
import type { Check, Gate } from "./plan.ts";
import type { Failure } from "./state.ts";

/** Half-width of a 95 % interval in standard errors. */
const z95 = 1.96;
/** Devices that a failure names. */
export const devicesNamed = 5;

/** One check as it stands. */
export interface Look {
  readonly check: Check;
  /** Null while there are no data. */
  readonly reading: Reading | null;
  readonly verdict: "good" | "bad" | "unknown";
  /** Why it is unknown; empty otherwise. */
  readonly lacks: string;
}

/** Looks at every check of the gate. `queries` holds the results that are known, by the name of their check. */
export function look(gate: Gate, devices: readonly Device[], queries: Readonly<Record<string, number>>): Look[] {
  return gate.checks.map((check) => {
    const reading = check.reading === null ? exact(queries[check.name]) : pooled(devices, check.reading);
    const lacks = lacking(check, reading, gate);
    return {
      check,
      reading,
      lacks,
      verdict: lacks !== "" ? "unknown" : isInside(check, reading!.mean) ? "good" : "bad",
    };
  });
}

/** What keeps a reading from counting: none, too few samples, or a mean out of bounds with an interval that is not. */
function lacking(check: Check, reading: Reading | null, { minSamples }: Gate): string {
  if (!reading) return `${check.name}: no data`;
  if (check.reading !== null && reading.samples < minSamples) {
    return `${check.name}: ${reading.samples} of ${minSamples} samples`;
  }
  const [low, high] = interval(reading);
  const astride = !isInside(check, reading.mean) && high >= (check.min ?? -Infinity) && low <= (check.max ?? Infinity);
  return astride ? `${check.name}: ${readingText(reading)} may still be ${boundText(check)}` : "";
}

const isInside = ({ min, max }: Check, value: number): boolean =>
  (min === undefined || value >= min) && (max === undefined || value <= max);

/** The 95 % interval of a reading. */
export const interval = ({ mean, error }: Reading): [low: number, high: number] => [
  mean - z95 * error,
  mean + z95 * error,
];

/** NaN and infinity are no data. */
const exact = (value: number | undefined): Reading | null =>
  Number.isFinite(value) ? { samples: 1, mean: value!, error: 0 } : null;

/** The mean over devices, each by its samples; their errors are independent. */
export function pooled(devices: readonly Device[], name: string): Reading | null {
  let [samples, sum, square] = [0, 0, 0];
  for (const device of devices) {
    const reading = readingOf(device, name);
    if (!reading) continue;
    samples += reading.samples;
    sum += reading.samples * reading.mean;
    square += (reading.samples * reading.error) ** 2;
  }
  return samples === 0 ? null : { samples, mean: sum / samples, error: Math.sqrt(square) / samples };
}

/** What a device says, unless it is nonsense. */
function readingOf({ readings }: Device, name: string): Reading | null {
  const reading = readings[name];
  const sane = reading && reading.samples > 0 && reading.error >= 0 && Number.isFinite(reading.mean + reading.error);
  return sane ? reading : null;
}

/** The failure that a bad look is, with the devices that contributed most to it. */
export function failureOf({ check, reading }: Look, devices: readonly Device[]): Failure {
  const blamed = check.reading === null ? [] : worst(check, check.reading, devices);
  return {
    metric: check.name,
    value: readingText(reading!),
    bound: boundText(check),
    devices: blamed.slice(0, devicesNamed),
    deviceCount: blamed.length,
  };
}

/** Devices whose own mean is out of bounds, the worst first; all of them if the fault is in the sum only. */
function worst({ min = -Infinity, max = Infinity }: Check, name: string, devices: readonly Device[]): string[] {
  const known = devices.flatMap((device) => {
    const reading = readingOf(device, name);
    return reading ? [{ name: device.name, off: Math.max(min - reading.mean, reading.mean - max) }] : [];
  });
  const out = known.filter(({ off }) => off > 0);
  return (out.length > 0 ? out : known).toSorted((a, b) => b.off - a.off).map((device) => device.name);
}

function readingText(reading: Reading): string {
  const [low, high] = interval(reading);
  return reading.error === 0 ? figure(reading.mean) : `${figure(reading.mean)} (${figure(low)} to ${figure(high)})`;
}

const boundText = ({ min, max }: Check): string =>
  [
    ...(min === undefined ? [] : [`at least ${figure(min)}`]),
    ...(max === undefined ? [] : [`at most ${figure(max)}`]),
  ].join(" and ");

const figure = (value: number): string => String(Number(value.toPrecision(4)));
