import { type Term, versionOfWire } from "@sluice/contracts";
import { invariant } from "@sluice/foundation";
import { confirmEveryMs, leaseMs, longest, mandateMs } from "./timing.ts";

/** A value of the mandate key with its revision in the bucket. */
export interface TermEntry {
  readonly term: Term;
  readonly revision: number;
}

/** To be written to the mandate key if its revision still is `expected`; 0 means that the key does not exist. */
export interface TermWrite {
  readonly term: Term;
  readonly expected: number;
}

export interface MandateOptions {
  readonly policy: string;
  /** Identity of this process. */
  readonly operator: string;
  /** Terms known to have existed, should the bucket have lost them. */
  readonly above?: number;
  /** The caller knows that nobody ever handed out leases under this policy. */
  readonly virgin?: boolean;
}

type Stage = "claim" | "wait" | "open" | "released" | "lost";

/**
 * One operator's right to hand out the leases of a policy. It claims a term by compare-and-swap on the mandate key, waits
 * until whoever held the key before has stopped, then opens the term, and from then on confirms it every few seconds
 * by writing it again. An operator whose last confirmation was sent more than `mandateMs` ago hands out nothing. So no
 * two operators ever hand out leases at once, whatever becomes of their connections and however long a process pauses:
 * a lease written late was decided on within the mandate, and it ends by the report that it answers.
 *
 * For one life of a lease after opening the term is *quiet*: leases of earlier terms may still live, so only what
 * devices say they hold is renewed, and nothing grows.
 *
 * A bucket that was lost numbers its revisions anew, so a revision from before the mandate ran out proves nothing: the
 * key is read again before it is confirmed.
 *
 * The caller reads the key when `mustRead`, writes what `wants` returns, one at a time, and tells how it went.
 */
export class Mandate {
  #stage: Stage = "claim";
  #entry: TermEntry | null = null;
  #mustRead = true;
  /** Whether the entry was read since the last write. */
  #fresh = false;
  #writing: { stage: Stage; sentMs: number; term: Term } | null = null;
  #wanted: Term | null = null;
  #openAtMs = 0;
  #openedMs = 0;
  #confirmedMs = Number.NEGATIVE_INFINITY;
  #skipsWait = false;
  #skipsQuiet = false;
  readonly #options: MandateOptions;

  constructor(options: MandateOptions) {
    this.#options = options;
  }

  get mustRead(): boolean {
    return this.#mustRead && !this.#writing;
  }

  /** Somebody else has taken over, or the key is gone: begin anew with another mandate, after a pause. */
  get lost(): boolean {
    return this.#stage === "lost";
  }

  /** The number of the term; 0 until it is claimed. */
  get term(): number {
    return this.#wanted?.term ?? 0;
  }

  /** Until when nothing may grow; only meaningful once {@link mayIssue}. */
  get quietUntilMs(): number {
    return this.#skipsQuiet ? this.#openedMs : this.#openedMs + longest(leaseMs);
  }

  mayIssue(nowMs: number): boolean {
    return this.#stage === "open" && nowMs - this.#confirmedMs <= mandateMs;
  }

  /** What the mandate key holds, read at or after the last call of {@link wrote}. */
  read(entry: TermEntry | null, nowMs: number, wallMs: number): void {
    if (!this.mustRead) return;
    this.#mustRead = false;
    this.#fresh = true;
    this.#entry = entry;
    if (this.#wanted === null) return this.#choose(entry?.term ?? null, wallMs);
    const mine = entry?.term.term === this.term && entry.term.operator === this.#options.operator;
    if (!mine) return this.#afterForeign(entry);
    // An answer was lost, but the write was not.
    if (this.#stage === "claim") this.#wait(nowMs);
    if (this.#stage === "wait" && entry.term.open) this.#open(nowMs);
    if (entry.term.released) this.#stage = "lost";
  }

  /** What to write now, if anything. Call {@link wrote} before asking again. */
  wants(nowMs: number): TermWrite | null {
    this.#mustRead ||= this.#stage === "open" && !this.#fresh && nowMs - this.#confirmedMs > mandateMs;
    if (this.#writing || this.#mustRead || !this.#wanted) return null;
    const due = this.#due(nowMs);
    if (!due) return null;
    if (this.#stage === "claim") this.#weigh(this.#entry?.term ?? null);
    this.#writing = { stage: this.#stage, sentMs: nowMs, term: due };
    return { term: due, expected: this.#entry?.revision ?? 0 };
  }

  /** The revision that the write got, or null if it was refused or nobody knows. */
  wrote(revision: number | null, nowMs: number): void {
    invariant(this.#writing, "there was a write");
    const { stage, sentMs, term } = this.#writing;
    this.#writing = null;
    this.#fresh = false;
    if (revision === null) {
      this.#mustRead = true;
      return;
    }
    this.#entry = { term, revision };
    if (stage === "claim" && this.#stage === stage) this.#wait(nowMs);
    if (stage === "wait" && this.#stage === stage) this.#open(nowMs);
    if (term.open) this.#confirmedMs = sentMs;
    if (term.released) this.#stage = "lost";
  }

  /** Hands out nothing from here on, and spares the successor the wait if nobody else can still be at work. */
  release(): void {
    this.#stage = this.#stage === "open" ? "released" : "lost";
  }

  #choose(before: Term | null, wallMs: number): void {
    const { policy, operator, above = 0 } = this.#options;
    const number = Math.max((before?.term ?? 0) + 1, above + 1, Math.floor(wallMs));
    this.#wanted = { version: versionOfWire, policy, term: number, operator, open: false, released: false };
  }

  /** What a claim replaces decides whether anybody has to be waited for. */
  #weigh(before: Term | null): void {
    this.#skipsQuiet = (this.#options.virgin ?? false) && before === null;
    this.#skipsWait = this.#skipsQuiet || (before?.released ?? false);
  }

  /** While the claim has not been written, somebody else's entry is one more to replace. */
  #afterForeign(entry: TermEntry | null): void {
    if (this.#stage !== "claim") this.#stage = "lost";
    else if (entry && entry.term.term >= this.term) this.#stage = "lost";
  }

  #wait(nowMs: number): void {
    this.#stage = "wait";
    this.#openAtMs = this.#skipsWait ? nowMs : nowMs + longest(mandateMs);
  }

  #open(nowMs: number): void {
    this.#stage = "open";
    this.#openedMs = nowMs;
  }

  #due(nowMs: number): Term | null {
    const wanted = this.#wanted!;
    if (this.#stage === "claim") return wanted;
    if (this.#stage === "wait") return nowMs >= this.#openAtMs ? { ...wanted, open: true } : null;
    if (this.#stage === "released") return { ...wanted, open: true, released: true };
    const confirms = this.#stage === "open" && nowMs - this.#confirmedMs >= confirmEveryMs;
    return confirms ? { ...wanted, open: true } : null;
  }
}
