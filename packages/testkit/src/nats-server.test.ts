import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { startNats } from "./nats-server.ts";
import { startRelay } from "./relay.ts";

/** The first line that the server says to whoever connects. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {});
    socket.once("error", reject);
    socket.once("data", (bytes) => {
      socket.destroy();
      resolve(bytes.toString());
    });
  });
}

describe("startNats", () => {
  it("starts a server, kills it and starts it again on the same port", async () => {
    await using nats = await startNats();
    const port = nats.port;
    expect(await greeting(port)).toMatch(/^INFO \{/);
    await nats.kill();
    await expect(greeting(port)).rejects.toThrow("ECONNREFUSED");
    await nats.start();
    expect(nats.port).toBe(port);
    expect(await greeting(port)).toMatch(/^INFO \{/);
  });

  it("applies a configuration, and repeats what the server says about a wrong one", async () => {
    await using nats = await startNats({ config: 'server_name: "here"', jetStream: true });
    expect(await greeting(nats.port)).toContain('"server_name":"here"');
    await expect(startNats({ config: "nonsense: {" })).rejects.toThrow(/nats-server ended: .*Parse error/);
  });
});

describe("startRelay", () => {
  it("counts what passes", async () => {
    await using nats = await startNats();
    await using relay = await startRelay(nats.port);
    const text = await greeting(relay.port);
    expect(relay.down).toBe(Buffer.byteLength(text));
    expect(relay.up).toBe(0);
  });
});
