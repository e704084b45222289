import { limits, subjects } from "@sluice/contracts";
import type { Clock } from "@sluice/foundation";
import {
  type Decoded,
  decodeBackend,
  decodeDecision,
  decodeHeartbeat,
  decodeResult,
  type Incoming,
  type Link,
} from "@sluice/messaging";
import type { Metrics } from "@sluice/observability";
import { applyBackend, applyDecision, applyHeartbeat, applyResult, type Fate, type Fleet } from "@sluice/web";
import type { Audience } from "./audience.ts";

/** Messages of a kind that may wait while the console is busy; the next ones are dropped and counted. */
const pendingMax = 8_192;
/** A console keeps a result of every stream of a fleet: larger messages than this are not worth the memory. */
const messageBytes = Math.min(64 << 10, limits.messageBytes);

type Kind = "heartbeat" | "result" | "decision" | "backend";

/** How one kind of message is heard: where, in what form, from whom, and what it changes. */
interface Hearing<T> {
  readonly kind: Kind;
  readonly subject: string;
  readonly decode: (payload: Uint8Array) => Decoded<T>;
  /** The one subject on which its sender may speak. */
  readonly place: (message: T) => string;
  readonly apply: (fleet: Fleet, message: T, nowMs: number) => Fate;
}

/** Keeps `fleet` up to date with what is published, and passes on to pages what changed it. */
export function listen(link: Link, fleet: Fleet, audience: Audience, metrics: Metrics, clock: Clock): void {
  const hear = <T>(hearing: Hearing<T>) => {
    const { kind, subject } = hearing;
    const count = (fate: string) => metrics.inc("sluice_console_messages_total", { kind, fate });
    const options = { maxPending: pendingMax, onOverflow: () => count("overflow") };
    link.subscribe(subject, options, (incoming) => {
      count(take(hearing, incoming, (message) => hearing.apply(fleet, message, clock.monotonicMs()), audience));
    });
  };
  hear({
    kind: "heartbeat",
    subject: subjects.heartbeatAll(),
    decode: decodeHeartbeat,
    place: (m) => subjects.heartbeat(m.device),
    apply: applyHeartbeat,
  });
  hear({
    kind: "result",
    subject: subjects.resultAll(),
    decode: decodeResult,
    place: (m) => subjects.result(m.device, m.stream),
    apply: applyResult,
  });
  hear({
    kind: "decision",
    subject: subjects.decisionAll(),
    decode: decodeDecision,
    place: (m) => subjects.decision(m.device, m.stream),
    apply: applyDecision,
  });
  hear({
    kind: "backend",
    subject: subjects.backendAll(),
    decode: decodeBackend,
    place: (m) => subjects.backend(m.model, m.replica),
    apply: applyBackend,
  });
}

/**
 * Credentials confine a sender to its own subjects, so a message that names another sender than its subject is forged.
 * Returns what became of it.
 */
function take<T>(hearing: Hearing<T>, incoming: Incoming, apply: (message: T) => Fate, audience: Audience): string {
  if (incoming.payload.length > messageBytes) return "too-large";
  const decoded = hearing.decode(incoming.payload);
  if (!decoded.ok) return "invalid";
  if (hearing.place(decoded.value) !== incoming.subject) return "forged";
  const fate = apply(decoded.value);
  if (fate === "applied") audience.publish(topicOf(hearing.kind, decoded.value), incoming.subject, decoded.value);
  return fate;
}

/** Corrections are rare and wait apart, so that no local result takes their place. */
function topicOf(kind: Kind, message: unknown): Kind | "correction" {
  return kind === "result" && (message as { kind?: unknown }).kind === "correction" ? "correction" : kind;
}
