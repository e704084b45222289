import { type Conditioned, conditionOf, type KubeObject } from "@sluice/cluster";

/**
 * Whether two versions of an object ask for the same: specification, labels, and whether it shall go. A status says what was
 * found, and there are thousands of them: nobody has to decide anew for one.
 */
export function asksTheSame(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (!before || !after) return before === after;
  const [was, is] = [before.metadata, after.metadata];
  const alike = was.generation === is.generation && was.deletionTimestamp === is.deletionTimestamp;
  return alike && JSON.stringify(was.labels) === JSON.stringify(is.labels);
}

/** The same, and whether they are as ready for the same reason. */
export function saysTheSame(before: Conditioned | undefined, after: Conditioned | undefined): boolean {
  const [was, is] = [before, after].map((object) => conditionOf(object?.status?.conditions, "Ready"));
  return asksTheSame(before, after) && was?.status === is?.status && was?.reason === is?.reason;
}
