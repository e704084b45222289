import type { TraceHeader } from "@sluice/contracts";
import { type Detection, frameF1 } from "@sluice/vision";
import type { TraceFrame } from "./trace.ts";

type Task = TraceHeader["task"];

/** What a model's output says: the boxes that count, or the best label. */
export function answerOf(task: Task, found: readonly Detection[], threshold: number): Detection[] {
  return task === "detection" ? found.filter((d) => d.score >= threshold) : found.slice(0, 1);
}

/** What a reply says: the boxes that count; of labels all, best first. */
export const replyOf = ({ task, cloud }: TraceHeader, frame: TraceFrame, rung: number): readonly Detection[] =>
  task === "detection" ? answerOf(task, frame.cloud[rung]!, cloud.threshold) : frame.cloud[rung]!;

/** What a frame's answer is held against: the truth where it is known, else the cloud at the largest rung. */
export function referenceOf(header: TraceHeader, largestRung: number, frame: TraceFrame): readonly Detection[] {
  return frame.truth ?? answerOf(header.task, frame.cloud[largestRung]!, header.cloud.threshold);
}

/** A frame's score, 0 to 1: F1 of the boxes at IoU 0.5; of labels, whether the best one is the reference's. */
export function scoreOf(task: Task, answer: readonly Detection[], reference: readonly Detection[]): number {
  if (task === "detection") return frameF1(answer, reference);
  return answer[0]?.classId === reference[0]?.classId ? 1 : 0;
}
