import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { readDocuments } from "@sluice/contracts";
import { UsageError } from "../failure.ts";

/** One object of a file, unchecked. */
export interface Written {
  /** `north.yaml`, or `north.yaml, document 2` where it has several. */
  readonly where: string;
  readonly kind: string;
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The objects of files, in order; `-` is standard input. Throws `config-invalid` where a file is no YAML. */
export async function readObjects(files: readonly string[]): Promise<Written[]> {
  const objects: Written[] = [];
  for (const file of files) objects.push(...objectsIn(await read(file), file === "-" ? "standard input" : file));
  return objects;
}

/** The one policy among a file's objects, or the one of this name. */
export async function readOnePolicy(file: string, name?: string): Promise<Written> {
  const all = (await readObjects([file])).filter(({ kind }) => kind === "OffloadPolicy");
  const fit = name === undefined ? all : all.filter((policy) => policy.name === name);
  if (fit.length === 1) return fit[0]!;
  const has = all.length === 0 ? "it has none" : `it has ${all.map((policy) => policy.name).join(", ")}`;
  const wanted = name === undefined ? "holds exactly one OffloadPolicy, or name one" : `has one OffloadPolicy ${name}`;
  throw new UsageError(`${file}: give a file that ${wanted}; ${has}`);
}

async function read(file: string): Promise<string> {
  if (file === "-") return textOf(process.stdin);
  return readFile(file, "utf8").catch((cause: Error) => {
    throw new UsageError(`${file}: ${cause.message}`, { cause });
  });
}

function objectsIn(text: string, file: string): Written[] {
  const values = readDocuments(text, file, "config-invalid");
  return values.map((value, i) => {
    const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
    const metadata = fields["metadata"] as { name?: unknown } | undefined;
    return {
      where: values.length > 1 ? `${file}, document ${i + 1}` : file,
      kind: typeof fields["kind"] === "string" ? fields["kind"] : "object without a kind",
      name: typeof metadata?.name === "string" ? metadata.name : "(without a name)",
      value: fields,
    };
  });
}
