import type { Overview } from "@sluice/allocation";
import { offloadPolicySpecSchema } from "@sluice/contracts";
import { expect, test } from "vitest";
import { budgetOf } from "./status.ts";

const overview = {
  bytesPerSecond: 25_000,
  owedBytesPerSecond: 20_000,
  price: 1.234e-6,
  usedBytes: 12_340_000_000,
} as Overview;
const wallMs = Date.parse("2026-11-25T03:33:00Z");
const specOf = (budget: object) => offloadPolicySpecSchema.parse({ budget });

test("a quota's period begins with its calendar unit, in UTC, and says what was used of it", () => {
  const spec = specOf({ quota: { size: "50GB", per: "month" } });
  expect(budgetOf(spec, overview, wallMs)).toEqual({
    limit: "200 kbit/s",
    granted: "160 kbit/s",
    price: "0.0000012",
    period: { start: "2026-11-01T00:00:00.000Z", used: "12.3 GB", limit: "50.0 GB" },
  });
});

test("without a quota there is no period, and what nobody knows yet is not zero", () => {
  expect(budgetOf(specOf({}), overview, wallMs)).not.toHaveProperty("period");
  expect(budgetOf(specOf({ quota: { size: "50GB", per: "month" } }), null, wallMs)).toBeNull();
});
