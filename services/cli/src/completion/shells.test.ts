import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot, type TempDir, tempDir } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Shell, scripts, shells } from "./scripts.ts";

/** The scripts in the shells that they are for, which ask the real command. */
let dir: TempDir;
beforeAll(() => {
  dir = tempDir();
  symlinkSync(join(repoRoot, "services/cli/bin/sluice.js"), join(dir.path, "sluice"));
  for (const shell of shells) writeFileSync(join(dir.path, `completion.${shell}`), scripts[shell]);
  writeFileSync(join(dir.path, "policy.yaml"), "");
});
afterAll(() => dir?.remove());

const has = (shell: Shell) => spawnSync(shell, ["--version"]).status === 0;
const reason = (shell: Shell) => `needs ${shell}: apt-get install ${shell}`;

/** What a shell writes that runs `script` in the folder, with `sluice` in its path and nobody's own settings. */
function ran(shell: Shell, args: readonly string[]): string {
  const env = { PATH: `${dir.path}:${process.env["PATH"]}`, HOME: dir.path, TERM: "dumb" };
  const { stdout, stderr } = spawnSync(shell, args, { encoding: "utf8", cwd: dir.path, env, timeout: 60_000 });
  expect(stderr).toBe("");
  return stdout;
}

describe.skipIf(!has("bash"))(`bash (${reason("bash")})`, () => {
  const completed = (...words: string[]) =>
    ran("bash", [
      "-c",
      `source completion.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ])
      .trim()
      .split("\n");

  it("offers commands and values", () => {
    expect(completed("sluice", "policy", "res")).toEqual(["resume", "restart"]);
    expect(completed("sluice", "devices", "-o", "")).toEqual(["json", "yaml", "wide"]);
  });

  it("offers files where a file stands", () => {
    expect(completed("sluice", "policy", "lint", "pol")).toEqual(["policy.yaml"]);
  });
});

describe.skipIf(!has("zsh"))(`zsh (${reason("zsh")})`, () => {
  /** Types the line and a tab at a terminal of its own, and shows what the line has become. */
  const typed = (line: string) =>
    ran("zsh", [
      "-f",
      "-c",
      `zmodload zsh/zpty
       zpty shell zsh -f -i
       zpty -w shell "PS1= RPS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -u -D; source completion.zsh"
       zpty -w shell "show() { print -r -- \\"<<\\$BUFFER>>\\"; BUFFER=; zle accept-line }; zle -N show; bindkey '^X' show; print rea''dy"
       zpty -r -m shell ignored "*ready*"
       zpty -w -n shell $'${line}\\t\\x18'
       zpty -r -m shell said "*<<*>>*"
       print -r -- "$said"
       zpty -d shell`,
    ]).replace(/[^]*<<([^]*)>>[^]*/, "$1");

  it("completes commands and values", () => {
    expect(typed("sluice policy prom")).toBe("sluice policy promote ");
    expect(typed("sluice devices -o j")).toBe("sluice devices -o json ");
    // Two begin so: their common beginning.
    expect(typed("sluice policy r")).toBe("sluice policy res");
  });

  it("completes files where a file stands", () => {
    expect(typed("sluice policy lint pol")).toBe("sluice policy lint policy.yaml ");
  });
});

describe.skipIf(!has("fish"))(`fish (${reason("fish")})`, () => {
  const completed = (line: string) =>
    ran("fish", ["--no-config", "-c", `source completion.fish; complete -C '${line}'`])
      .trim()
      .split("\n")
      .map((offer) => offer.split("\t")[0]);

  it("offers commands and values, with their explanations", () => {
    expect(completed("sluice policy res")).toEqual(["restart", "resume"]);
    expect(completed("sluice devices -o ")).toEqual(["json", "wide", "yaml"]);
    expect(ran("fish", ["--no-config", "-c", "source completion.fish; complete -C 'sluice policy lin'"])).toMatch(
      /^lint\tFind what is wrong/,
    );
  });

  it("offers files where a file stands", () => {
    expect(completed("sluice policy lint pol")).toEqual(["policy.yaml"]);
  });
});
