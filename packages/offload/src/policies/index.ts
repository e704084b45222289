import type { PolicyName } from "@sluice/contracts";
import { always } from "./always.ts";
import { crossEntropy } from "./crossentropy.ts";
import { difference } from "./difference.ts";
import { entropy } from "./entropy.ts";
import { ibt } from "./ibt.ts";
import { learned } from "./learned.ts";
import { never } from "./never.ts";
import { periodic } from "./periodic.ts";
import type { Policy, PolicyOptions } from "./policy.ts";
import { random } from "./random.ts";
import { reward } from "./reward.ts";
import { threshold } from "./threshold.ts";

const policies: Record<PolicyName, (options: PolicyOptions) => Policy> = {
  learned,
  never,
  always,
  periodic,
  random,
  entropy,
  threshold,
  crossentropy: crossEntropy,
  ibt,
  difference,
  reward,
};

export const policyOf = (options: PolicyOptions): Policy => policies[options.policy](options);
export type { Lesson, Policy } from "./policy.ts";
