import { offloadPolicySpecSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { fleetOf } from "./grant.ts";

test("a fleet is granted the rate and the quota of its policy, in whole bytes, and no quota where there is none", () => {
  const specOf = (budget: object) => offloadPolicySpecSchema.parse({ budget });
  const fleet = fleetOf(specOf({ rate: "400kbit/s", burst: "128KiB", quota: { size: "50GiB", per: "month" } }), []);
  const quota = { bytes: 50 * 2 ** 30, per: "month" };
  expect(fleet).toEqual({ bytesPerSecond: 50_000, burstBytes: 131_072, quota, members: [] });
  expect(fleetOf(specOf({ rate: "400kbit/s" }), [])).not.toHaveProperty("quota");
});
