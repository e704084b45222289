import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot, tempDir } from "@sluice/testkit";
import { expect, it } from "vitest";
import { sluice } from "../demo/demo.builder.ts";

/** Where the tutorial keeps its files, and how many frames it records: a test has its own folder and less time. */
const folder = "/tmp/try";
const frames = ["--frames 300", "--frames 20"] as const;

it("does what the tutorial says, command after command", async () => {
  await using dir = tempDir();
  const page = readFileSync(join(repoRoot, "docs/tutorials/try-a-policy.md"), "utf8").replaceAll(folder, dir.path);
  const block = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((hit) => hit[1]!);
  writeFileSync(join(dir.path, "policy.yaml"), block("yaml")[0]!);
  const commands = block("sh").flatMap((text) =>
    text
      .trim()
      .replace(...frames)
      .split("\n"),
  );
  expect(commands.length).toBeGreaterThan(5);
  for (const line of commands) {
    const args = line
      .replace("npx sluice ", "")
      .replaceAll("models/clips", join(repoRoot, "models/clips"))
      .replace("gate 120", "gate 12");
    const command = sluice(args.split(" "));
    expect(await command.ended, `${line}\n${command.output()}`).toMatchObject({ code: 0 });
  }
  expect(readFileSync(join(dir.path, "report.html"), "utf8")).toContain("3 replays");
});
