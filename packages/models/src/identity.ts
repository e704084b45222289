import { createHash } from "node:crypto";
import type { ModelManifest } from "@sluice/contracts";

/**
 * Digest of all that decides a model's answers, in hexadecimal. The same file read in another way, with other classes or
 * another threshold, is another model; where it came from and what was measured of it do not count.
 */
export function identityOf({ spec }: ModelManifest): string {
  const { uri: _, scores: __, ...deciding } = spec;
  return createHash("sha256").update(JSON.stringify(deciding)).digest("hex");
}
