import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Clock } from "@sluice/foundation";
import type { Polygon } from "@sluice/vision";
import { MessageReader, type Receiver } from "./framing.ts";
import { type CaptureRequest, creditsOf, lineOf } from "./request.ts";
import { socketPair } from "./socket-pair.ts";

/** A child that ignores SIGTERM for this long is killed. */
const KILL_AFTER_MS = 1_000;
/** What a dying child wrote last, for the error message. */
const LAST_WORDS = 500;
/** The child meets hostile input: it gets none of our secrets, only what its libraries need. */
const passedOn = ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "http_proxy", "https_proxy", "no_proxy"];

/** Where the bytes of a child go that has sent nonsense, until it is gone. */
const refuse = Buffer.alloc(4096);

const program = fileURLToPath(new URL("./capture-process.ts", import.meta.url));

export interface CaptureChild {
  /** Resolves when the process is gone, with how it ended. */
  readonly gone: Promise<string>;
  /** Allows the child to send `count` more frames. */
  grant(count: number): void;
  /** Has it paint other masks, in all that it sends from then on. */
  mask(masks: readonly Polygon[]): void;
  /** Ends the process: SIGTERM, then SIGKILL; resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a capture process. What it sends goes to `receiver`; nonsense from it ends it. */
export async function startChild(request: CaptureRequest, receiver: Receiver, clock: Clock): Promise<CaptureChild> {
  const reader = new MessageReader(receiver, request.maxPixels);
  let fault = "";
  let child: ChildProcess | undefined;
  const failed = (error: unknown) => {
    fault ||= String(error);
    child?.kill("SIGKILL");
  };
  const { near, far } = await socketPair({
    target: () => (fault === "" ? reader.target() : refuse),
    advance: (byteCount) => {
      try {
        if (fault === "") reader.advance(byteCount);
      } catch (error) {
        failed(error);
      }
    },
    failed,
  });
  const environment = Object.fromEntries(passedOn.map((name) => [name, process.env[name]]));
  child = spawn(process.execPath, ["--no-warnings", program], {
    stdio: ["ignore", "ignore", "pipe", far],
    env: { ...environment, MALLOC_ARENA_MAX: "2" },
  });
  far.destroy();
  near.write(lineOf(request));
  const started = child;
  const gone = departure(started, near, () => fault);
  return {
    gone,
    grant: (count) => void near.write(creditsOf(count)),
    mask: (masks) => void near.write(lineOf({ masks })),
    end: () => end(started, gone, clock),
  };
}

async function departure(child: ChildProcess, near: Socket, fault: () => string): Promise<string> {
  let lastWords = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  const drained = new Promise<void>((resolve) => near.once("close", () => resolve()));
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    const how = signal ? `was ended by ${signal}` : `exited with ${code}`;
    return [`the capture process ${how}`, fault(), lastWords.trim()].filter((part) => part !== "").join(": ");
  } catch (error) {
    return `the capture process cannot be started: ${String(error)}`;
  } finally {
    // What the child had still written is read first; nothing more can come once it is gone.
    near.end();
    await drained;
  }
}

async function end(child: ChildProcess, gone: Promise<string>, clock: Clock): Promise<void> {
  child.kill("SIGTERM");
  const cancel = clock.after(KILL_AFTER_MS, () => child.kill("SIGKILL"));
  await gone;
  cancel();
}
