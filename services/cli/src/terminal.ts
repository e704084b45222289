import type { WriteStream } from "node:tty";
import pc from "picocolors";
import type { Colors } from "picocolors/types.js";

/** Where a command writes: on a terminal it may redraw and colour, elsewhere it writes plain lines. */
export interface Terminal {
  readonly live: boolean;
  readonly columns: number;
  readonly colors: Colors;
  readonly write: (text: string) => void;
}

/** `NO_COLOR` (no-color.org) wins; a pipe gets no colours either. */
export function terminalOf(stream: WriteStream, env: NodeJS.ProcessEnv = process.env): Terminal {
  const live = stream.isTTY && env["TERM"] !== "dumb";
  return {
    live,
    get columns() {
      return stream.columns || 80;
    },
    colors: pc.createColors(live && !env["NO_COLOR"]),
    write: (text) => void stream.write(text),
  };
}
