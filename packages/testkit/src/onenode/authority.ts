import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of a certificate that signed itself, and of its key. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/** Made by openssl, since Node cannot; `subject` as in `/O=system:masters/CN=kube-apiserver`. */
export function selfSigned(folder: string, subject: string): SelfSigned {
  mkdirSync(folder, { recursive: true });
  const [certificate, key] = [join(folder, "client.crt"), join(folder, "client.key")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-out", certificate, "-keyout", key];
  const use = ["-addext", "extendedKeyUsage=clientAuth"];
  execFileSync("openssl", ["req", "-x509", "-days", "30", ...curve, "-subj", subject, ...use, ...files], {
    stdio: "pipe",
  });
  return { certificate, key };
}
