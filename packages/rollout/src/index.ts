export { advance, type Input } from "./advance.ts";
export { assign, type Claim, type Claimant } from "./assign.ts";
export { type Device, noRequests, type Reading, type Requests } from "./facts.ts";
export { interval, type Look, pooled } from "./measure.ts";
export { type News, type NewsReason, news } from "./news.ts";
export type { Check, Gate, Plan, Reach, Wave } from "./plan.ts";
export { type Counts, desired, failureText, type Report, report, type Stage } from "./report.ts";
export { type Labels, type Requirement, type Selector, selects } from "./selector.ts";
export { beginning, completed, type Failure, type Phase, phases, type RolloutState } from "./state.ts";
