import type { Argument, Command, Option } from "commander";

/** How the shell goes on: its own file names, or nothing beside what is offered. The numbers are those of kubectl's plugins. */
export const directives = { files: 0, only: 4 } as const;

export interface Completions {
  /** Word and explanation. */
  readonly offers: readonly (readonly [string, string])[];
  readonly directive: (typeof directives)[keyof typeof directives];
}

/** Looks names up: those of a kind of object, with the words that were typed so far. */
export type Lookup = (what: "policies" | "devices", words: readonly string[]) => Promise<readonly string[]>;

const offer = (pairs: readonly (readonly [string, string])[], begun: string): Completions => ({
  offers: pairs.filter(([word]) => word.startsWith(begun)),
  directive: directives.only,
});
const files: Completions = { offers: [], directive: directives.files };

/** What may stand where the last of `words` is being typed; `words` follow the program's name. */
export async function complete(program: Command, words: readonly string[], lookup: Lookup): Promise<Completions> {
  const begun = words.at(-1) ?? "";
  const { command, rest } = reached(program, words.slice(0, -1));
  const pending = optionAt(command, rest.at(-1));
  if (pending) return valuesOf(pending, begun, words, lookup);
  if (begun.startsWith("-"))
    return offer(
      command.options.map(({ long, short, description }) => [long ?? short ?? "", description]),
      begun,
    );
  if (command.commands.length > 0)
    return offer(
      command.commands.filter(isShown).map((child) => [child.name(), child.description()]),
      begun,
    );
  return operand(command, rest, begun, words, lookup);
}

const isShown = (command: Command): boolean => !command.name().startsWith("__");

/** The command that the words name, and the words after its name. */
function reached(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let at = 0;
  for (const child of words) {
    const next = command.commands.find((candidate) => candidate.name() === child);
    if (!next) break;
    command = next;
    at++;
  }
  return { command, rest: words.slice(at) };
}

/** The option whose value comes next. */
const optionAt = ({ options }: Command, word: string | undefined): Option | undefined =>
  options.find((option) => word !== undefined && (option.long === word || option.short === word) && option.required);

async function valuesOf(option: Option, begun: string, words: readonly string[], lookup: Lookup): Promise<Completions> {
  if (option.argChoices)
    return offer(
      option.argChoices.map((choice) => [choice, ""]),
      begun,
    );
  if (option.flags.includes("<file>") || option.flags.includes("<dir>")) return files;
  if (option.long === "--policy") return offer(named(await lookup("policies", words)), begun);
  return offer([], begun);
}

async function operand(
  command: Command,
  rest: readonly string[],
  begun: string,
  words: readonly string[],
  lookup: Lookup,
) {
  const given = rest.filter((word, i) => !word.startsWith("-") && !optionAt(command, rest[i - 1])).length;
  const argument: Argument | undefined = command.registeredArguments[given] ?? lastIfMany(command.registeredArguments);
  if (!argument) return offer([], begun);
  if (argument.argChoices)
    return offer(
      argument.argChoices.map((choice) => [choice, ""]),
      begun,
    );
  if (command.parent?.name() === "policy" && argument.name() === "name")
    return offer(named(await lookup("policies", words)), begun);
  if (command.name() === "why" && argument.name() === "device") {
    const found = offer(named(await lookup("devices", words)), begun);
    return { ...found, directive: directives.files };
  }
  return argument.name().match(/file|dir|trace|manifest/) ? files : offer([], begun);
}

const lastIfMany = (list: readonly Argument[]): Argument | undefined =>
  list.at(-1)?.variadic ? list.at(-1) : undefined;
const named = (names: readonly string[]) => names.map((name) => [name, ""] as const);
