import type { CaptureRequest } from "./request.ts";
import { type Source, SourceProblem } from "./shot.ts";
import { type Medium, openVideo } from "./video-source.ts";

/** A network that is silent for this long fails by itself, should the watchdog not have ended the process before. */
const SILENCE_MICROS = 30_000_000;
/** A live picture is wanted now: little is read before the first one is shown. */
const live = { probesize: 500_000, analyzeduration: 1_000_000 };

/**
 * How FFmpeg opens each kind of source. The whitelists keep a hostile playlist in its own world: one from the network
 * cannot name local files, a local one cannot reach the network.
 */
const media: readonly { pattern: RegExp; medium: Medium }[] = [
  { pattern: /^file:/, medium: { finite: "always", options: { protocol_whitelist: "file" } } },
  {
    pattern: /^https?:\/\//,
    medium: {
      finite: "if-it-has-a-duration",
      options: { ...live, protocol_whitelist: "http,https,httpproxy,tls,tcp,crypto", rw_timeout: SILENCE_MICROS },
    },
  },
  {
    pattern: /^rtsps?:\/\//,
    medium: {
      finite: "never",
      options: {
        ...live,
        protocol_whitelist: "rtsp,rtsps,rtp,tcp,tls",
        rtsp_transport: "tcp",
        timeout: SILENCE_MICROS,
      },
    },
  },
  { pattern: /^\/dev\/video\d+$/, medium: { finite: "never", format: "v4l2", options: {} } },
];

export async function openSource(request: CaptureRequest): Promise<Source> {
  if (request.source.startsWith("dir:")) return openImages(request);
  const kind = media.find(({ pattern }) => pattern.test(request.source));
  if (!kind) throw new SourceProblem("source-unreadable", "no such kind of source");
  return openVideo(request.source, kind.medium, request.maxPixels);
}

/** Only who plays images pays for loading libvips. */
async function openImages({ source, fps, maxPixels }: CaptureRequest): Promise<Source> {
  const { openFolder } = await import("./folder-source.ts");
  return openFolder(source.slice("dir:".length), fps, maxPixels);
}
