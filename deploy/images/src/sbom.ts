import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Packages of which a bundle holds code, by the paths of what went into it, relative to `root`. */
export function bundled(root: string, { inputs }: Metafile): Component[] {
  const folders = new Set(Object.keys(inputs).flatMap((path) => packageFolder(path) ?? []));
  return [...folders].map(
    (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Component,
  );
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` lies in `node_modules/a/node_modules/@b/c`. */
function packageFolder(path: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/** A bill of materials in CycloneDX 1.6; the same parts always give the same document. */
export function billOfMaterials(program: string, version: string, components: readonly Component[]): object {
  const sorted = components.toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
  const listed = sorted.map(({ name, version: its, license }) => ({
    type: "library",
    name,
    version: its,
    purl: `pkg:npm/${name.replace("@", "%40")}@${its}`,
    ...(license && { licenses: [{ expression: license }] }),
  }));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([program, version, listed]))}`,
    version: 1,
    metadata: { component: { type: "application", name: `sluice-${program}`, version } },
    components: listed,
  };
}

/** A name-based UUID (RFC 9562, version 8: any hash). */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
