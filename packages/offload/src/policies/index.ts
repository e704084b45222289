import type { PolicyName } from "@sluice/contracts";
import { fieldsOf } from "@sluice/foundation";
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

/** A policy by its name; it goes on from what was `recalled` where one of the same name wrote that. */
export function policyOf(options: PolicyOptions, recalled?: unknown): Policy {
  const policy = policies[options.policy](options);
  if (recalled === undefined) return policy;
  const { name, written } = fieldsOf(recalled, "policy");
  if (name === options.policy && written !== undefined) policy.recall?.(written);
  return policy;
}

export type { Lesson, Policy } from "./policy.ts";
