import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../terminal.ts";

/** Text that stays up to date: redrawn in place on a terminal; elsewhere written again whenever it says something else. */
export class Redrawn {
  readonly #terminal: Terminal;
  #last = "";
  #rows = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    const { live, columns, write } = this.#terminal;
    // Ages and the like move on by themselves: a file or a pipe does not need them every second.
    if (live ? text === this.#last : withoutAges(text) === withoutAges(this.#last)) return;
    const back = live && this.#rows > 0 ? `\x1b[${this.#rows}A\x1b[J` : "";
    const apart = !live && this.#last !== "" ? "\n" : "";
    write(`${back}${apart}${text}\n`);
    this.#last = text;
    this.#rows = rowsOf(text, columns);
  }
}

const withoutAges = (text: string): string => text.replace(/\b\d+[smhd]\b/g, "").replace(/ +/g, " ");

/** Lines that a text takes on a terminal, long ones wrapped; colours take no room. */
function rowsOf(text: string, columns: number): number {
  const plain = stripVTControlCharacters(text);
  return plain.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0);
}
