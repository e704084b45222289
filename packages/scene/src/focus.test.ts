import { offloadSchema } from "@sluice/contracts";
import { seededPrng } from "@sluice/foundation";
import { Price, type RoadView, TokenBucket } from "@sluice/offload";
import { type Detection, frameF1 } from "@sluice/vision";
import { describe, expect, it } from "vitest";
import { type Focus, focusOf, sieve, unknownClasses } from "./focus.ts";
import { Scene } from "./scene.ts";

const [width, height] = [640, 360];
const frames = 1_500;
const [person, car] = [0, 1];
const road: RoadView = {
  connected: true,
  alive: true,
  probeDue: false,
  inFlight: 0,
  inFlightLimit: 2,
  aheadBytes: 0,
  chance: () => 1,
};

/** A thing 40 pixels wide and high whose feet are at (x, y). */
const standing = (x: number, y: number, score: number, classId = 0): Detection => ({
  x1: x - 20,
  y1: y - 40,
  x2: x + 20,
  y2: y,
  score,
  classId,
});

const left: Focus["zones"] = [
  [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
];
const right = left.map((zone) => zone.map(([x, y]) => [x + 0.5, y] as const));

/** Persons on the left and cars on the right, which jump about and which the edge does not see; it sees what is none. */
function seenAt(frame: number) {
  const leap = (frame * 53) % 200;
  const cloud = [200, 300].flatMap((y) => [standing(40 + leap, y, 0.9, person), standing(360 + leap, y, 0.9, car)]);
  return { edge: [standing(310, 80, 0.5, 2)], cloud };
}

/** Scenes side by side with one budget and one price, in which every frame that is sent is answered at once. */
function live(...focuses: (Focus | undefined)[]) {
  const audit = { share: "0" };
  const spec = offloadSchema.parse({ model: "big", budget: { rate: "20kB/s", burst: "40kB" }, audit });
  const bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, 0);
  const shared = {
    task: "detection" as const,
    related: true,
    width,
    height,
    threshold: 0.3,
    limit: 100,
    spec,
    bucket,
    price: new Price(),
    framesPerSecond: () => 10 * focuses.length,
    overheadBytes: 200,
    prng: seededPrng(1),
  };
  const lives = focuses.map((focus): Life => {
    return { scene: new Scene({ ...shared, ...(focus && { focus }) }), sent: [], answers: [] };
  });
  for (let frame = 0; frame < frames; frame++) for (const each of lives) step(each, frame, bucket);
  return lives.map(({ sent, answers }) => ({ sent, answers }));
}

interface Life {
  readonly scene: Scene;
  readonly sent: number[];
  readonly answers: Detection[][];
}

/** One frame; what is reported of a reply is about all of it. */
function step({ scene, sent, answers }: Life, frame: number, bucket: TokenBucket): void {
  const { edge, cloud } = seenAt(frame);
  const { answer, decision } = scene.see(frame, frame * 100, edge, { motion: 0 }, road);
  answers.push(answer);
  if (decision.action === "skip") return;
  if (!bucket.take(9_000, frame * 100)) return scene.unsent(frame, decision, 8_800);
  scene.sent(decision, 9_000, 8_800);
  sent.push(frame);
  const taught = scene.reply(frame, cloud)!;
  expect(taught.agreement.corrected).toBe(frameF1(answer, cloud));
  expect(taught.answer).toEqual(cloud);
}

/** How many were sent once it was learned what is worth it. */
const late = ({ sent }: { sent: readonly number[] }) => sent.filter((frame) => frame > (2 * frames) / 3).length;

describe("a scene with a focus", () => {
  const changing: Focus[] = [
    { classIds: [], zones: left },
    { classIds: [], zones: right },
    { classIds: [car], zones: [] },
    { classIds: [person], zones: left },
  ];

  it("is worth bytes where what is inside changes", () => {
    const everything = late(live(undefined)[0]!);
    for (const focus of changing) expect(late(live(focus)[0]!)).toBeGreaterThan(0.9 * everything);
  });

  it("is worth next to none where only what is outside changes, and leaves them to its neighbours", () => {
    const still: Focus = { classIds: [person], zones: right };
    expect(late(live(still)[0]!)).toBeLessThan(late(live(undefined)[0]!) / 5);
    for (const focus of changing) {
      const [busy, idle] = live(focus, still);
      expect(late(idle!)).toBeLessThan(late(busy!) / 5);
    }
  });

  it("without any is a scene as ever, number for number", () => {
    expect(live({ classIds: [], zones: [] })).toEqual(live(undefined));
  });

  it("answers what is outside as ever, as long as the same was sent", () => {
    const [all, some] = [live(undefined)[0]!, live({ classIds: [car], zones: [] })[0]!];
    const parted = all.sent.findIndex((frame, i) => frame !== some.sent[i]);
    expect(parted).toBeGreaterThan(0);
    const until = Math.min(all.sent[parted]!, some.sent[parted] ?? frames);
    expect(some.answers.slice(0, until)).toEqual(all.answers.slice(0, until));
  });
});

describe("a box in focus", () => {
  const inLeft = sieve({ classIds: [], zones: left }, width, height)!;

  it("stands in a zone with the middle of its lower edge, cut to the picture", () => {
    expect(inLeft({ x1: 250, y1: 0, x2: 380, y2: 300, score: 1, classId: 0 })).toBe(true);
    expect(inLeft({ x1: 270, y1: 0, x2: 390, y2: 300, score: 1, classId: 0 })).toBe(false);
    expect(inLeft({ x1: -90, y1: 200, x2: 30, y2: 999, score: 1, classId: 0 })).toBe(true);
    const upper = sieve(
      {
        classIds: [],
        zones: [
          [
            [0, 0],
            [1, 0],
            [1, 0.5],
            [0, 0.5],
          ],
        ],
      },
      width,
      height,
    )!;
    expect(upper({ x1: 10, y1: 0, x2: 50, y2: 340, score: 1, classId: 0 })).toBe(false);
  });

  it("is of a named class; of nothing named, everything is, and what is unknown is told", () => {
    const spec = (focus: object) => offloadSchema.parse({ model: "m", budget: { rate: "1kB/s" }, focus });
    const known = ["person", "car"];
    const some = spec({ classes: ["car", "moon"], zones: { gate: left } });
    expect(focusOf(some, "gate", known)).toEqual({ classIds: [1], zones: left });
    expect(unknownClasses(some, known)).toEqual(["moon"]);
    for (const stream of ["yard", "constructor"]) expect(focusOf(some, stream, known).zones).toEqual([]);
    expect(sieve(focusOf(spec({ classes: ["moon"] }), "gate", known), width, height)).toBeUndefined();
  });
});
