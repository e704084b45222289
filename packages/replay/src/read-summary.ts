import { type ReplaySummary, replaySummarySchema, SluiceError, validate } from "@sluice/contracts";

/** Reads `summary.json`; an error lists what in it cannot be. */
export function readSummary(text: string, where: string): ReplaySummary {
  return validate(parsed(text, where), replaySummarySchema, where, "replay-invalid");
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SluiceError("replay-invalid", `${where}: ${(cause as Error).message}`, { cause });
  }
}
