import type { Policy, PolicyOptions } from "./policy.ts";

/** Sends one frame in `every`, or as evenly as the budget allows. */
export function periodic({ every }: PolicyOptions): Policy {
  let credit = 0;
  return {
    wish({ framesSinceSent, affordable }) {
      credit = Math.min(2, credit + affordable);
      return { send: every === undefined ? credit >= 1 : framesSinceSent >= every, reason: "periodic" };
    },
    sent() {
      credit = Math.max(0, credit - 1);
    },
  };
}
