import { parseArgs } from "node:util";
import { writeContents } from "./contents.ts";
import { type Architecture, architectures, programs } from "./programs.ts";

const usage = `usage: node deploy/images/src/main.ts --program NAME --out DIR [--arch ARCH] [--node-modules DIR]
  NAME: ${Object.keys(programs).join(", ")}; ARCH: ${Object.keys(architectures).join(", ")}; DIR is made anew`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      program: { type: "string" },
      out: { type: "string" },
      arch: { type: "string", default: "amd64" },
      "node-modules": { type: "string" },
    },
  });
  const { program, out, arch, "node-modules": nodeModules } = values;
  if (!program || !out || !Object.hasOwn(architectures, arch)) throw new Error(usage);
  await writeContents(out, { program, architecture: arch as Architecture, ...(nodeModules && { nodeModules }) });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
