import { hash } from "node:crypto";
import { canonicalJson, type Finding } from "@sluice/cluster";
import { type EdgeDevice, parsePolygon, type ToldMasks } from "@sluice/contracts";
import { someOf } from "../policy/facts.ts";
import { nameOf } from "../ports.ts";
import type { Heard } from "../telemetry/telemetry.ts";

const known = new WeakMap<EdgeDevice, ToldMasks>();

/** What is to be painted black on a device, whatever its policy; the version follows from the masks alone. */
export function masksOf(device: EdgeDevice): ToldMasks {
  const before = known.get(device);
  if (before) return before;
  const hiding = device.spec.streams.filter(({ masks }) => masks.length > 0);
  const streams = Object.fromEntries(
    hiding.map(({ name, masks }) => [name, masks.map(({ polygon }) => parsePolygon(polygon))]),
  );
  const masks = { version: hash("sha256", canonicalJson(streams)).slice(0, 16), streams };
  known.set(device, masks);
  return masks;
}

/** Whether the device paints its masks; nothing where it has none. */
export function masked(device: EdgeDevice, heard: Heard | undefined, owner: string | undefined): Finding[] {
  const { version, streams } = masksOf(device);
  const names = Object.keys(streams);
  if (names.length === 0) return [];
  const found = (status: Finding["status"], reason: Finding["reason"], message: string): Finding[] => [
    { type: "Masked", status, reason, message },
  ];
  if (!heard) return found("Unknown", "Silent", "nobody has heard of late whether the device paints them");
  const { masks, streams: running } = heard.heartbeat;
  if (masks === undefined) {
    const cure = "give it a newer daemon with `control: operator`, or write the masks into its own file";
    return found("False", "NotControlled", `the daemon of ${nameOf(device)} goes by its own file: ${cure}`);
  }
  if (masks !== version && owner === undefined)
    return found("False", "NotSelected", "masks come with a policy, and no policy selects the device");
  if (masks !== version) return found("False", "Progressing", "the device has not yet said that it paints them");
  const missing = names.filter((name) => !running.some((stream) => stream.name === name));
  if (missing.length === 0) return found("True", "Succeeded", "the device paints them");
  return found("False", "StreamNotFound", `the device has no stream ${someOf(missing)}: those masks hide nothing`);
}
