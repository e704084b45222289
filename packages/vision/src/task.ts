import type { Detection } from "./box.ts";
import { frameF1 } from "./score.ts";

/** What models answer with: boxes around things, or labels of the whole picture, which are boxes around all of it, best first. */
export const tasks = ["detection", "classification"] as const;
export type Task = (typeof tasks)[number];

/** What a model's output says: the boxes whose score counts, or the best label, however sure it is. */
export function answerOf(task: Task, found: readonly Detection[], threshold: number): Detection[] {
  return task === "detection" ? found.filter((d) => d.score >= threshold) : found.slice(0, 1);
}

/** What there is to learn from in a model's output: the boxes whose score counts; of labels all. */
export function evidenceOf(task: Task, found: readonly Detection[], threshold: number): readonly Detection[] {
  return task === "detection" ? answerOf(task, found, threshold) : found;
}

/** A frame's score, 0 to 1: F1 of the boxes at IoU 0.5; of labels, whether the best one is the reference's. */
export function scoreOf(task: Task, answer: readonly Detection[], reference: readonly Detection[]): number {
  if (task === "detection") return frameF1(answer, reference);
  return answer[0]?.classId === reference[0]?.classId ? 1 : 0;
}
