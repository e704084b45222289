import type { Device, Fleet, Stream } from "../fleet/state.ts";

/** A stream with its device: what a card or a camera's page is about. */
export interface Camera {
  readonly key: string;
  readonly device: Device;
  readonly stream: Stream;
}

/** Which camera the address asks for; null is the whole fleet. */
export function cameraOfHash(hash: string): string | null {
  const match = /^#\/camera\/([^/]+)\/([^/]+)$/.exec(hash);
  if (!match) return null;
  try {
    return keyOf(decodeURIComponent(match[1]!), decodeURIComponent(match[2]!));
  } catch {
    // Not a name that this page wrote: a damaged link leads to the fleet.
    return null;
  }
}

export const hashOf = (device: string, stream: string): string =>
  `#/camera/${encodeURIComponent(device)}/${encodeURIComponent(stream)}`;

/** Names hold no line breaks in anything that a device can be called on a subject. */
const keyOf = (device: string, stream: string) => `${device}\n${stream}`;

/** Every camera of the fleet by name: a stable order, so that nothing jumps under the reader's eyes. */
export function camerasOf(fleet: Fleet): Camera[] {
  return [...fleet.devices.values()]
    .toSorted((a, b) => compare(a.heartbeat.device, b.heartbeat.device))
    .flatMap((device) =>
      [...device.streams.values()].map((stream) => ({
        key: keyOf(device.heartbeat.device, stream.report.name),
        device,
        stream,
      })),
    );
}

const compare = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
