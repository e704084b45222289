import type { TraceRung } from "@sluice/contracts";
import { limits } from "@sluice/contracts";
import { UsageError } from "../failure.ts";

/** Quality of the rung that is recorded where none is named. */
const defaultQuality = 75;

/** `full:768x576@75` → a rung. */
export function rungOf(text: string): TraceRung {
  const parts = /^([A-Za-z0-9][\w.-]{0,62}):(\d{1,5})x(\d{1,5})@(\d{1,3})$/.exec(text);
  const [width, height, quality] = parts?.slice(2).map(Number) ?? [];
  if (!parts || width! < 32 || height! < 1 || quality! < 1 || quality! > 100) {
    throw new UsageError(`--rung ${text}: write NAME:WIDTHxHEIGHT@QUALITY, such as small:384x288@50`);
  }
  return { name: parts[1]!, width: width!, height: height!, quality: quality! };
}

/** The rungs that are asked for; without any, the largest picture as it is. */
export function rungsFor(
  texts: readonly string[] | undefined,
  sizes: readonly { width: number; height: number }[],
): TraceRung[] {
  if (texts) {
    if (texts.length > limits.rungs) throw new UsageError(`--rung: at most ${limits.rungs} of them`);
    const rungs = texts.map(rungOf);
    const twice = rungs.find(({ name }, i) => rungs.findIndex((other) => other.name === name) < i);
    if (twice) throw new UsageError(`--rung: two are called ${twice.name}`);
    return rungs;
  }
  const largest = sizes.toSorted((a, b) => b.width * b.height - a.width * a.height)[0]!;
  return [{ name: "full", width: largest.width, height: largest.height, quality: defaultQuality }];
}
