import type { TraceHeader } from "@sluice/contracts";
import { answerOf, type Detection, evidenceOf } from "@sluice/vision";
import type { TraceFrame } from "./trace.ts";

/** What a reply says: the boxes that count; of labels all, best first. */
export const replyOf = ({ task, cloud }: TraceHeader, frame: TraceFrame, rung: number): readonly Detection[] =>
  evidenceOf(task, frame.cloud[rung]!, cloud.threshold);

/** What a frame's answer is held against: the truth where it is known, else the cloud at the largest rung. */
export function referenceOf(header: TraceHeader, largestRung: number, frame: TraceFrame): readonly Detection[] {
  return frame.truth ?? answerOf(header.task, frame.cloud[largestRung]!, header.cloud.threshold);
}
