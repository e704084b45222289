import { still } from "@sluice/vision";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Follow, type Look, type Moment, Moments } from "./moments.ts";
import { newTrack } from "./track.ts";

const seen = (x: number) => ({ x1: x, y1: 0, x2: x + 1, y2: 1, score: 0.5, classId: 0 });

const lookAt = (frame: number, atMs: number, x: number): Look => ({ frame, atMs, edge: [seen(x)], camera: still });

/** Tracks that tell every frame that they come from: the sum of all that was seen up to them. */
const follow: Follow = (last, { atMs, edge }) => [
  newTrack(seen((last?.tracks[0]?.box.x1 ?? 0) * 1.01 + edge[0]!.x1 + (atMs - (last?.atMs ?? 0))), atMs),
];

/** The same, with the tracks of every frame kept. */
class Everything {
  moments: Moment[] = [];
  add(frame: number, atMs: number, x: number): void {
    const look = lookAt(frame, atMs, x);
    this.moments.push({ ...look, tracks: follow(this.moments.at(-1), look) });
  }
  restart(moment: Moment): void {
    const index = this.moments.findIndex(({ frame }) => frame === moment.frame);
    const rest = this.moments.splice(index);
    this.moments.push(moment);
    for (const { frame, atMs, edge } of rest.slice(1)) this.add(frame, atMs, edge[0]!.x1);
  }
}

const act = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("add" as const), x: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("restart" as const), back: fc.integer({ min: 0, max: 250 }) }),
  },
);

it("finds the tracks of every frame that it remembers again, whatever was restarted", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 300, maxLength: 700 }), (acts) => {
      const moments = new Moments(follow);
      const all = new Everything();
      let frame = 0;
      for (const one of acts) {
        const asked = all.moments[Math.max(0, frame - 1 - (one.kind === "restart" ? one.back : 0))];
        if (one.kind === "add") {
          all.add(frame, frame * 100, one.x);
          moments.add(lookAt(frame, frame * 100, one.x));
          frame++;
        } else if (asked) {
          const changed = { ...moments.at(asked.frame)!, tracks: [newTrack(seen(7), asked.atMs)] };
          all.restart(changed);
          moments.restart(changed);
        }
      }
      for (const { frame: index, tracks } of all.moments.slice(-256)) expect(moments.at(index)!.tracks).toEqual(tracks);
    }),
    { numRuns: 30 },
  );
});

it("forgets old frames, and what is changed in a copy stays there", () => {
  const moments = new Moments(follow);
  for (let frame = 0; frame < 400; frame++) moments.add(lookAt(frame, frame, 1));
  expect(moments.at(100)).toBeUndefined();
  expect(moments.before(300, 3).map(({ atMs }) => atMs)).toEqual([297, 298, 299]);
  const { tracks } = moments.at(399)!;
  const copy = moments.copy();
  copy.restart({ ...copy.at(350)!, tracks: [newTrack(seen(0), 350)] });
  expect(moments.at(399)!.tracks).toEqual(tracks);
  expect(copy.at(399)!.tracks).not.toEqual(tracks);
});
