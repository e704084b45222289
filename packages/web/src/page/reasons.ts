import type { DropReason, Outcome, Reason } from "@sluice/contracts";

interface Look {
  /** Completes "sent: …" or "not sent: …". */
  readonly words: string;
  /** Names the colour in the style sheet: `--tone-…`. */
  readonly tone: "value" | "measure" | "plan" | "quiet" | "budget" | "busy" | "bad";
}

/** How each reason is told and coloured. */
export const reasonLooks: Record<Reason, Look> = {
  value: { words: "worth its price", tone: "value" },
  audit: { words: "drawn at random, to measure", tone: "measure" },
  probe: { words: "to learn whether the link is alive", tone: "measure" },
  periodic: { words: "it was its turn", tone: "plan" },
  always: { words: "the policy sends all", tone: "plan" },
  random: { words: "the policy draws lots", tone: "plan" },
  hard: { words: "the policy finds it hard", tone: "plan" },
  easy: { words: "the policy finds it easy", tone: "quiet" },
  price: { words: "not worth its price", tone: "quiet" },
  never: { words: "the policy sends none", tone: "quiet" },
  budget: { words: "the budget does not hold the bytes", tone: "budget" },
  "in-flight": { words: "enough requests are under way", tone: "busy" },
  disconnected: { words: "no broker to send to", tone: "bad" },
  late: { words: "it would arrive too late", tone: "bad" },
  "encode-error": { words: "the picture could not be encoded", tone: "bad" },
  "too-large": { words: "the picture is larger than a message may be", tone: "bad" },
  silent: { words: "the cloud has not answered of late", tone: "bad" },
};

export const outcomeWords: Record<Outcome, string> = {
  answered: "answered in time",
  late: "answered late",
  expired: "no answer in time",
  lost: "lost with the connection",
  refused: "refused",
  invalid: "answer not understood",
};

export const dropWords: Record<DropReason, string> = {
  superseded: "a newer frame was there",
  "model-error": "the model failed",
};
