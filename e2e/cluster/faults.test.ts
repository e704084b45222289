import { until } from "@sluice/testkit";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  answeredOffloads,
  corrected,
  expectCameraToGoOn,
  inNode,
  isLacking,
  killPods,
  kubectl,
  patience,
  podField,
  report,
  settled,
  why,
} from "./fleet.ts";

const fps = 5;
/** Frames that a camera must go on to answer while something is down. */
const some = 5 * fps;
const minute = 60 * fps;

describe.skipIf(isLacking)(`faults of a real node${why}`, () => {
  beforeAll(settled);
  afterEach(async () => {
    if (!isLacking) await settled();
  });

  test("an inference pod is killed: the camera goes on, and corrections come again", async () => {
    const before = await report("gate");
    await killPods("sluice-inference");
    await expectCameraToGoOn("gate", before, some);
    await corrected();
  });

  test("the broker is killed: the camera goes on, and lease and corrections are there again", async () => {
    const before = await report("gate");
    await killPods("sluice-nats");
    await expectCameraToGoOn("gate", before, some);
    await corrected();
    const after = await report("gate");
    expect(after.policy).toEqual(before.policy);
    expect(after.lease!.term).toBeGreaterThanOrEqual(before.lease!.term);
  });

  test("the API server is killed: nobody else notices", async () => {
    const before = await report("gate");
    const restarts = () => podField("sluice-operator", ".status.containerStatuses[0].restartCount");
    const had = await restarts();
    const pid = inNode("pidof", "kube-apiserver").trim();
    inNode("kill", "-KILL", pid);
    const anew = () => inNode("pidof", "kube-apiserver").trim() !== pid;
    await until(anew, { ...patience, what: "a new API server" });
    await until(async () => (await restarts()) === had, { ...patience, what: "its answers" });
    await expectCameraToGoOn("gate", before, some);
    await corrected();
  });

  test("a device is cut off for a minute: it answers every frame, and the others are corrected meanwhile", async () => {
    const address = await podField("sluice-edge,sluice.dev/device=gate", ".status.podIP");
    const broker = await podField("sluice-nats", ".status.podIP");
    const rules = [
      ["-s", address, "-d", broker],
      ["-s", broker, "-d", address],
    ];
    const before = await report("gate");
    const others = await answeredOffloads("crossroads");
    for (const rule of rules) inNode("iptables", "-I", "FORWARD", ...rule, "-j", "DROP");
    try {
      await expectCameraToGoOn("gate", before, minute);
      const cut = await report("gate");
      expect(cut.uplink.state).toBe("disconnected");
      expect(await answeredOffloads("crossroads")).toBeGreaterThan(others);
    } finally {
      for (const rule of rules) inNode("iptables", "-D", "FORWARD", ...rule, "-j", "DROP");
    }
    await corrected();
    expect((await report("gate")).policy).toEqual(before.policy);
  });

  test("a device's disk is full: it says so and works on, and keeps its state again once there is room", async () => {
    const volume = await kubectl("get", "pvc", "site-crossroads", "-o", "jsonpath={.spec.volumeName}");
    const path = await kubectl("get", "pv", volume, "-o", "jsonpath={.spec.hostPath.path}");
    const filler = `${path}/filler`;
    inNode("mount", "-t", "tmpfs", "-o", "size=4m,mode=777", "tmpfs", path);
    await killPods("sluice-edge,sluice.dev/device=crossroads");
    await settled();
    const before = await report("crossroads");
    inNode("sh", "-c", `dd if=/dev/zero of=${filler} bs=64k 2>&1 | grep -q 'No space left'`);
    try {
      const said = async () => (await report("crossroads")).controlProblem;
      const problem = await until(said, { ...patience, what: "its complaint" });
      expect(problem).toContain("/var/lib/sluice");
      await expectCameraToGoOn("crossroads", before, some);
    } finally {
      inNode("rm", filler);
    }
    const well = async () => (await report("crossroads")).controlProblem === null;
    await until(well, { ...patience, what: "the end of its complaint" });
    await corrected();
  });
});
