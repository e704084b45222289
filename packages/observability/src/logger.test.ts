import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLogger, lineLength } from "./logger.ts";

function logged(level = "info") {
  const lines: string[] = [];
  const logger = createLogger("edge", level, { write: (line) => void lines.push(line) });
  return { logger, lines, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("a logger", () => {
  it("writes JSON lines with ISO time, level, service, and the fields of its ancestors", () => {
    const { logger, read } = logged();
    logger.child({ stream: "gate" }).warn({ frame: 7 }, "stalled");
    logger.debug("not at this level");
    const [line, none] = read();
    expect(line).toMatchObject({ level: "warn", service: "edge", stream: "gate", frame: 7, msg: "stalled" });
    expect(new Date(line!.time as string).toISOString()).toBe(line!.time);
    expect(none).toBeUndefined();
  });

  it("hides secrets", () => {
    const { logger, lines } = logged();
    logger.info({ token: "s3cret", nats: { password: "s3cret", user: "cam" } }, "connecting");
    expect(lines[0]).not.toContain("s3cret");
    expect(lines[0]).toContain("cam");
  });

  it("keeps a line short, and JSON, whatever is logged", () => {
    const { logger, lines, read } = logged();
    logger.error({ payload: "x".repeat(1_000_000) }, "y".repeat(1_000_000));
    expect(lines[0]!.length).toBeLessThan(lineLength);
    expect(read()[0]).toMatchObject({ level: "error", service: "edge", msg: expect.stringMatching(/^y+$/) });
  });

  it("writes to standard output, also what was logged just before the end", async () => {
    const program = `import { createLogger } from ${JSON.stringify(join(import.meta.dirname, "logger.ts"))};
      const logger = createLogger("edge", "info"); for (let i = 0; i < 500; i++) logger.info({ i }, "line"); process.exit(0);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (bytes) => (text += bytes));
    await once(child, "close");
    const read = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { i: number });
    expect(read.map(({ i }) => i)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });
});
