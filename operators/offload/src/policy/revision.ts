/** A specification as somebody wrote it, defaults filled in: fields may be of any version. */
export type Written = Readonly<Record<string, unknown>>;

/** One recorded specification of a policy. */
export interface Revision {
  readonly name: string;
  readonly written: Written;
}

/** Recorded specifications of a policy that are kept, beside those in use. */
export const revisionsKept = 10;
/** How a change reaches the devices is no part of what changes. */
const notRevised: readonly string[] = ["rollout", "gate"];

/** What of a specification a revision records. */
export const recorded = (written: Written): Written =>
  Object.fromEntries(Object.entries(written).filter(([key]) => !notRevised.includes(key)));
