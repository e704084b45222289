import { until } from "@sluice/testkit";
import { beforeAll, describe, expect, test } from "vitest";
import {
  corrected,
  devices,
  expectBooksToBalance,
  helm,
  isLacking,
  kubectl,
  patience,
  settled,
  stream,
  why,
} from "./fleet.ts";

describe.skipIf(isLacking)(`a fleet on a real node${why}`, () => {
  beforeAll(settled);

  test("all its pods run under the restricted Pod Security Standard", async () => {
    await kubectl("wait", "pods", "--all", "--for=condition=Ready", "--timeout=120s");
    expect(await kubectl("get", "namespace", "sluice", "-o", "jsonpath={.metadata.labels}")).toContain("restricted");
  });

  test("helm test finds hub and site in order", () => {
    for (const release of ["sluice", "site"]) expect(helm("test", release)).toContain("Succeeded");
  });

  test("frames are answered by the edge and corrected by the cloud", async () => {
    await corrected();
    for (const device of devices) await expectBooksToBalance(device);
  });

  test("corrected answers agree better with the cloud's than the edge's own", async () => {
    for (const device of devices) {
      const known = async () => {
        const { agreement } = await stream(device);
        return agreement.local !== null && agreement.corrected !== null ? agreement : undefined;
      };
      const { local, corrected: better } = await until(known, { ...patience, what: `the agreement of ${device}` });
      expect(better).toBeGreaterThan(local!);
    }
    expect(Number(await until(() => policyAgreement(), { ...patience, what: "the policy's" }))).toBeGreaterThan(0);
  });
});

const policyAgreement = () => kubectl("get", "olp", "trial", "-o", "jsonpath={.status.agreement.mean}");
