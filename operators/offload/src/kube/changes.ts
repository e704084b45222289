import type { KubeObject } from "@sluice/cluster";

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
