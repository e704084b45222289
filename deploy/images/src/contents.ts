import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundle } from "./bundle.ts";
import { closure, copyPackages } from "./natives.ts";
import { type Architecture, programs } from "./programs.ts";
import { billOfMaterials, bundled } from "./sbom.ts";

const root = resolve(import.meta.dirname, "../../..");

export interface ContentsOptions {
  readonly program: string;
  readonly architecture: Architecture;
  /** Where npm laid the packages of that architecture. */
  readonly nodeModules?: string;
}

/** Writes what the image of one program holds into `out`, anew: its bundle, packages with machine code, bill of materials. */
export async function writeContents(out: string, options: ContentsOptions): Promise<void> {
  const { program: name, architecture, nodeModules = join(root, "node_modules") } = options;
  const program = programs[name];
  if (!program) throw new Error(`there is no program ${name}; there are: ${Object.keys(programs).join(", ")}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const metafile = await bundle(root, program, resolve(out));
  const packages = closure(nodeModules, program.natives, architecture);
  copyPackages(nodeModules, packages, out, architecture);
  for (const file of program.models) cpSync(join(root, "models", file), join(out, "models", file));
  const { version } = JSON.parse(readFileSync(join(root, "services/cli/package.json"), "utf8")) as { version: string };
  const bill = billOfMaterials(name, version, [...bundled(root, metafile), ...packages]);
  writeFileSync(join(out, "package.json"), `${JSON.stringify({ name: `sluice-${name}`, version, type: "module" })}\n`);
  writeFileSync(join(out, "sbom.cdx.json"), `${JSON.stringify(bill, null, 1)}\n`);
}
