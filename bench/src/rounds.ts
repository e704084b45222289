import type { Measure } from "./measure.ts";
import type { Program, Turn } from "./program.ts";
import { median, middleHalf } from "./statistics.ts";

/** Turns of several programs: `turns[name][round]`. */
export type Turns<Name extends string> = Readonly<Record<Name, readonly Turn[]>>;

/** Lets programs take turns: A B C, C B A, A B C … so that what drifts slowly falls on all of them alike. */
export async function takeTurns<Name extends string>(
  programs: Readonly<Record<Name, Program>>,
  { rounds, settleMs, turnMs }: { rounds: number; settleMs: number; turnMs: number },
): Promise<Turns<Name>> {
  const names = Object.keys(programs) as Name[];
  for (const name of names) programs[name].stop();
  const turns = Object.fromEntries(names.map((name) => [name, [] as Turn[]])) as Record<Name, Turn[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      turns[name].push(await programs[name].turn(settleMs, turnMs));
    }
  }
  return turns;
}

export const perSecond = ({ count, tookMs }: Turn): number => (count * 1_000) / tookMs;

/** A program's rate in shares of its peer's, each turn against the peer's turn of the same round. */
export function rateAgainst(own: readonly Turn[], peer: readonly Turn[]): Pick<Measure, "value" | "unit" | "spread"> {
  const percent = own.map((turn, round) => (100 * perSecond(turn)) / perSecond(peer[round]!));
  return { value: median(percent), unit: "%", spread: middleHalf(percent) };
}

export function rate(turns: readonly Turn[], unit: string): Pick<Measure, "value" | "unit" | "spread"> {
  const rates = turns.map(perSecond);
  return { value: median(rates), unit, spread: middleHalf(rates) };
}

/** Processor time for each frame or picture, of the program and its children. */
export function cpuPerItem(turns: readonly Turn[]): Pick<Measure, "value" | "unit" | "spread"> {
  const each = turns.map(({ cpuMs, count }) => cpuMs / Math.max(1, count));
  return { value: median(each), unit: "ms", spread: middleHalf(each) };
}
