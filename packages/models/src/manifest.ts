import { dirname } from "node:path";
import { limits, type ModelManifest, modelSchema, readDocument } from "@sluice/contracts";
import { readBounded } from "./read-bounded.ts";

/** A manifest and the folder that its `file:` uri is relative to. */
export interface LocatedManifest {
  readonly manifest: ModelManifest;
  readonly folder: string;
}

/** Reads a manifest; throws `model-unreadable` or `manifest-invalid`. */
export async function readManifest(path: string): Promise<LocatedManifest> {
  const bytes = await readBounded(path, limits.documentBytes);
  const manifest = readDocument(Buffer.from(bytes).toString("utf8"), modelSchema, path, "manifest-invalid");
  return { manifest, folder: dirname(path) };
}
