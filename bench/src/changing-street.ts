import { offloadSchema } from "@sluice/contracts";
import { type Prng, seededPrng } from "@sluice/foundation";
import { type Decision, Price, Road, TokenBucket } from "@sluice/offload";
import { Scene } from "@sluice/scene";
import type { Detection } from "@sluice/vision";

const frameMs = 100;
const pictureBytes = 20_000;
/** The camera is exchanged after so many frames: another picture size, and a scene that goes on from what was learned. */
const cameraFrames = 7_000;
const sizes = [
  { width: 1_280, height: 720 },
  { width: 640, height: 480 },
];
/** The street fills and empties with this period, up to so many people. */
const dayFrames = 3_000;
const crowd = 16;
/** Replies come so many frames late at most; one in four is lost, one in ten comes twice. */
const mostLate = 40;

const spec = offloadSchema.parse({ model: "cloud", budget: { rate: "40kB/s", burst: "200KB" } });

/**
 * A camera on a street that is never the same for long, and its device: people come and go, the hours differ, the link
 * loses and delays, the camera is exchanged. Everything that a device keeps of a stream is in use.
 */
export class ChangingStreet {
  readonly #prng = seededPrng(1);
  readonly #bucket = new TokenBucket(spec.budget.rate, spec.budget.burst, 0);
  readonly #price = new Price();
  readonly #road = new Road();
  #scene = this.#camera(0, undefined);
  #people: Detection[] = [];
  #replies: { readonly frame: number; readonly dueFrame: number; readonly cloud: Detection[] }[] = [];

  /** The device's turn at the next frame; frames count from 0. */
  turn(frame: number): Detection[] {
    if (frame > 0 && frame % cameraFrames === 0) this.#exchange(frame);
    const atMs = frame * frameMs;
    this.#walk(frame);
    const view = this.#road.view(atMs, { connected: true, inFlight: 0, inFlightLimit: 2 }, 2_000);
    const { answer, decision } = this.#scene.see(frame, atMs, this.#edge(), { motion: this.#prng.next() * 0.1 }, view);
    if (decision.action === "send") this.#send(frame, atMs, decision);
    this.#receive(frame, atMs);
    return answer;
  }

  #send(frame: number, atMs: number, decision: Decision): void {
    if (!this.#bucket.take(pictureBytes, atMs)) return this.#scene.unsent(frame, decision, pictureBytes);
    this.#scene.sent(decision, pictureBytes, pictureBytes);
    this.#road.sent(String(frame), pictureBytes, atMs);
    const dueFrame = frame + Math.floor(mostLate * this.#prng.next() ** 4);
    this.#replies.push({ frame, dueFrame, cloud: this.#people });
    if (this.#prng.next() < 0.1) this.#replies.push({ frame, dueFrame: dueFrame + 3, cloud: this.#people });
  }

  #receive(now: number, atMs: number): void {
    const due = this.#replies.filter(({ dueFrame }) => dueFrame <= now);
    this.#replies = this.#replies.filter(({ dueFrame }) => dueFrame > now);
    for (const { frame, cloud } of due) {
      const lost = this.#prng.next() < 0.25;
      this.#road.ended(String(frame), lost ? "expired" : "answered", atMs);
      if (!lost) this.#scene.reply(frame, cloud);
    }
  }

  #exchange(frame: number): void {
    this.#replies = [];
    this.#people = [];
    this.#scene = this.#camera(frame, JSON.parse(JSON.stringify(this.#scene)));
  }

  #camera(frame: number, learned: unknown): Scene {
    return new Scene({
      ...sizes[(frame / cameraFrames) % sizes.length]!,
      task: "detection",
      related: true,
      threshold: 0.35,
      limit: 1_000,
      spec,
      bucket: this.#bucket,
      price: this.#price,
      framesPerSecond: () => 1_000 / frameMs,
      overheadBytes: 200,
      prng: this.#prng,
      learned,
    });
  }

  #walk(frame: number): void {
    const wanted = (crowd / 2) * (1 - Math.cos((2 * Math.PI * frame) / dayFrames));
    this.#people = this.#people.filter(({ x1 }) => x1 < 620).map((box) => ({ ...box, x1: box.x1 + 3, x2: box.x2 + 3 }));
    if (this.#people.length < wanted && this.#prng.next() < 0.3) this.#people.push(someone(this.#prng));
    if (this.#people.length > wanted && this.#prng.next() < 0.3) this.#people.shift();
  }

  /** What the edge model makes of it: some are missed, some are not there. */
  #edge(): Detection[] {
    const seen = this.#people.filter(() => this.#prng.next() < 0.7);
    const ghosts = this.#prng.next() < 0.2 ? [someone(this.#prng)] : [];
    return [...seen, ...ghosts]
      .map((box) => ({ ...box, x1: box.x1 - 4 * this.#prng.next(), score: 0.2 + 0.7 * this.#prng.next() }))
      .toSorted((a, b) => b.score - a.score);
  }
}

function someone(prng: Prng): Detection {
  const [x1, y1] = [500 * prng.next(), 350 * prng.next()];
  return { x1, y1, x2: x1 + 40, y2: y1 + 100, score: 0.9, classId: Math.floor(4 * prng.next()) };
}
