/** The capture process: one stream, untrusted input. It ends with its parent, whose side of the channel then closes. */
import { Socket } from "node:net";
import { AV_LOG_QUIET } from "node-av/constants";
import { Log } from "node-av/lib";
import { CaptureLoop } from "./capture-loop.ts";
import { Outbox } from "./outbox.ts";
import { type CaptureRequest, CHANNEL_FD, type Change, Told } from "./request.ts";
import { SourceProblem } from "./shot.ts";

/** No farewell: libraries may hang in the kernel, and there is nothing here worth saving. */
const die = () => process.kill(process.pid, "SIGKILL");

// Ctrl-C reaches the whole process group: the parent drains in its own order, and ends us when it is done.
process.on("SIGINT", () => {});

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
channel.on("error", die);
channel.on("close", die);
channel.on("end", die);

const told = new Told();
const outbox = new Outbox(channel);
let begun = false;
channel.on("data", (bytes: Buffer) => {
  const { lines, credits } = told.take(bytes);
  for (const line of lines) {
    const said = JSON.parse(line) as CaptureRequest | Change;
    outbox.mask(said.masks);
    if (!begun) void capture(said as CaptureRequest, outbox);
    begun = true;
  }
  outbox.credit(credits);
});

async function capture(request: CaptureRequest, out: Outbox): Promise<void> {
  Log.setLevel(AV_LOG_QUIET);
  out.report({ kind: "started" });
  try {
    await new CaptureLoop(request, out).run();
    out.report({ kind: "ended", captured: out.captured });
  } catch (error) {
    const code = error instanceof SourceProblem ? error.code : "source-unreadable";
    const message = error instanceof Error ? error.message : String(error);
    out.report({ kind: "problem", captured: out.captured, code, message });
  }
}
