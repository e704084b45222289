import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@sluice/foundation";
import { type NatsServer, startNats, tempDir, until } from "@sluice/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectLink, type LinkState } from "./link.ts";

const openssl = (() => {
  try {
    return Boolean(execFileSync("openssl", ["version"]));
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)("a broker with TLS (needs openssl, to make certificates)", () => {
  const folder = tempDir();
  let server: NatsServer;
  let certificate: string;

  /** A broker whose certificate is for that address, and the certificate. */
  async function brokerFor(address: string): Promise<[NatsServer, string]> {
    const [key, made] = ["key", "made"].map((file) => join(folder.path, `${address}-${file}.pem`));
    const subject = ["-subj", "/CN=hub", "-addext", `subjectAltName=IP:${address}`];
    const options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key!, "-out", made!];
    execFileSync("openssl", ["req", ...options, ...subject], { stdio: "pipe" });
    const broker = await startNats({ config: `tls { cert_file: "${made}", key_file: "${key}" }` });
    return [broker, readFileSync(made!, "utf8")];
  }

  beforeAll(async () => {
    [server, certificate] = await brokerFor("127.0.0.1");
  });
  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });

  /** State of a link to that server once it has tried. */
  async function tried(url: string, authorities?: string): Promise<LinkState> {
    let state: LinkState | undefined;
    const onState = (now: LinkState) => (state = now);
    const link = await connectLink({ servers: [url], name: "cam", clock: systemClock, authorities, onState });
    try {
      return await until(() => state);
    } finally {
      await link.close();
    }
  }
  const secure = () => server.url.replace("nats:", "tls:");

  test("is talked to when its certificate comes from an authority that was named", async () => {
    expect(await tried(secure(), certificate)).toEqual({ connected: true, problem: null });
  });

  test("is not when its certificate comes from anywhere else, whatever its address promises", async () => {
    for (const url of [secure(), server.url]) {
      expect(await tried(url)).toMatchObject({
        connected: false,
        problem: { code: "disconnected", message: expect.stringContaining("certificate") },
      });
    }
  });

  test("is not when its certificate is for another address", async () => {
    const [other, theirs] = await brokerFor("192.0.2.10");
    try {
      const state = await tried(other.url.replace("nats:", "tls:"), theirs);
      expect(state).toMatchObject({ connected: false, problem: { message: expect.stringContaining("certificate") } });
    } finally {
      await other.stop();
    }
  });

  test("is insisted on where the address says tls: no password goes over a line that is not", async () => {
    const plain = await startNats();
    try {
      expect(await tried(plain.url.replace("nats:", "tls:"))).toMatchObject({ connected: false });
    } finally {
      await plain.stop();
    }
  });
});
