import { createHash } from "node:crypto";

/** A policy's specification as somebody wrote it, defaults filled in: fields may be of any version. */
export type Written = Readonly<Record<string, unknown>>;

/** One recorded specification of a policy: a ControllerRevision. */
export interface Revision {
  readonly name: string;
  /** Grows with each edit; a specification that comes back gets a new number. */
  readonly number: number;
  readonly written: Written;
}

/** How a change reaches the devices is no part of what changes. */
const notRevised = ["rollout", "gate"] as const;
/** Recorded specifications of one policy. */
export const revisionsKept = 10;
/** 40 bits: among ten revisions two never share them by chance. */
const digestDigits = 10;

/** What of a specification a revision records. */
export const recorded = (written: Written): Written =>
  Object.fromEntries(Object.entries(written).filter(([key]) => !notRevised.includes(key as never)));

/** The same name for the same specification, whatever the order of its fields. */
export function revisionName(policy: string, written: Written): string {
  const digest = createHash("sha256")
    .update(canonical(recorded(written)))
    .digest("hex");
  return `${policy}-${digest.slice(0, digestDigits)}`;
}

/** Revisions that nobody needs any more: all but the newest, and those in use. */
export function superfluous(revisions: readonly Revision[], used: readonly (string | null)[]): Revision[] {
  const newestFirst = revisions.toSorted((a, b) => b.number - a.number);
  return newestFirst.slice(revisionsKept).filter(({ name }) => !used.includes(name));
}

export const nextNumber = (revisions: readonly Revision[]): number =>
  revisions.reduce((most, { number }) => Math.max(most, number), 0) + 1;

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}
