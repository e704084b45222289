import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of a certificate, its key, and the authority that signed it, which is itself. */
export interface Certificate {
  /** Holds them as `ca.crt`, `tls.crt` and `tls.key`. */
  readonly folder: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Name by which servers of other APIs know the API server. */
export const frontProxyName = "front-proxy-client";

/** A certificate for both sides of KEDA's connections, and for the API server as a client: made by openssl, for a day. */
export function makeCertificate(parent: string): Certificate {
  const folder = join(parent, "front-proxy");
  const [authority, certificate, key] = ["ca.crt", "tls.crt", "tls.key"].map((file) => join(folder, file));
  mkdirSync(folder);
  const names = ["keda-operator.keda.svc", "keda-metrics-apiserver.keda.svc", "localhost"].map((name) => `DNS:${name}`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const extensions = [`subjectAltName=${names.join(",")},IP:127.0.0.1`, "extendedKeyUsage=serverAuth,clientAuth"];
  const words = ["req", "-x509", "-days", "1", ...curve, "-subj", `/CN=${frontProxyName}`];
  const files = ["-out", certificate!, "-keyout", key!];
  execFileSync("openssl", [...words, ...files, ...extensions.flatMap((text) => ["-addext", text])], { stdio: "pipe" });
  copyFileSync(certificate!, authority!);
  return { folder, authority: authority!, certificate: certificate!, key: key! };
}
