import type { Losses, Sending } from "./losses.ts";

/** One send of a schedule: the frame's place in its stream, and how it is sent. */
export interface Send {
  readonly at: number;
  readonly sending: Sending;
}

/** Which frames of a stream are sent, and what is lost with it. */
export interface Schedule {
  readonly sends: readonly Send[];
  readonly bytes: number;
  readonly loss: number;
}

/** The best schedule of each stream under one budget. */
export interface Best {
  readonly schedules: readonly Schedule[];
  readonly bytes: number;
  readonly loss: number;
  /** No schedule within the budget loses less; equal to `loss` where the best one was found exactly. */
  readonly leastLoss: number;
}

export const sumOf = (schedules: readonly Schedule[]) => ({
  schedules,
  bytes: schedules.reduce((sum, { bytes }) => sum + bytes, 0),
  loss: schedules.reduce((sum, { loss }) => sum + loss, 0),
});

/** What a schedule loses, worked out anew from its sends. */
export function scheduleOf({ never, sendings }: Losses, sends: readonly Send[]): Schedule {
  let loss = 0;
  let bytes = 0;
  for (const [i, { at, sending }] of sends.entries()) {
    const following = (sends[i + 1]?.at ?? sendings.length) - at - 1;
    bytes += sending.bytes;
    loss += sending.own + lossAfter(never, at, sending, following);
  }
  for (let at = 0; at < (sends[0]?.at ?? never.length); at++) loss += never[at]!;
  return { sends, bytes, loss };
}

/** Loss of the `following` frames after a send; beyond what was followed, as if there had been no reply. */
export function lossAfter(never: Float64Array, at: number, { after }: Sending, following: number): number {
  const followed = Math.min(following, after.length - 1);
  let loss = after[followed]!;
  for (let k = followed; k < following; k++) loss += never[at + 1 + k]!;
  return loss;
}
