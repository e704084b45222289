import { createHash } from "node:crypto";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { SluiceError } from "@sluice/contracts";
import { tempDir } from "@sluice/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { readModel, type StoreOptions, storeFolder } from "./store.ts";

const graph = Buffer.from("not really a graph, but bytes are bytes".repeat(5_000));
const digest = createHash("sha256").update(graph).digest("hex");
const spec = (uri: string, sha256 = digest) => ({ uri, sha256 }) as Parameters<typeof readModel>[0];
const uri = "https://models.example/m.onnx";

function folder(): string {
  const dir = tempDir();
  onTestFinished(() => dir.remove());
  return dir.path;
}

/** A store whose https requests go to a local server. */
async function storeAt(answer: RequestListener, timeoutMs = 10_000) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const store: StoreOptions = {
    folder: join(folder(), "models"),
    fetch: (_url, init) => fetch(`http://127.0.0.1:${port}/`, init),
    timeoutMs,
  };
  return { store, requests: () => requests };
}

const nowhere: StoreOptions = { folder: "/nonexistent", fetch, timeoutMs: 1 };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: SluiceError) => error.code,
  );

describe("file:", () => {
  test("is relative to the manifest's folder, or absolute", async () => {
    const path = folder();
    await mkdir(join(path, "deep"));
    await writeFile(join(path, "m.onnx"), graph);
    for (const it of ["file:../m.onnx", `file:${path}/m.onnx`, `file://${path}/m.onnx`]) {
      expect(Buffer.from(await readModel(spec(it), join(path, "deep"), nowhere))).toEqual(graph);
    }
  });

  test("another digest is refused, with both", async () => {
    const path = folder();
    await writeFile(join(path, "m.onnx"), "changed");
    const changed = createHash("sha256").update("changed").digest("hex");
    await expect(readModel(spec("file:m.onnx"), path, nowhere)).rejects.toThrow(
      `m.onnx: sha256 is ${changed}, the manifest says ${digest}`,
    );
  });

  test("what cannot be read says where", async () => {
    const path = folder();
    expect(await codeOf(readModel(spec("file:none.onnx"), path, nowhere))).toBe("model-unreadable");
    expect(await codeOf(readModel(spec("file:."), path, nowhere))).toBe("model-unreadable");
    expect(await codeOf(readModel(spec("file://elsewhere/m.onnx"), path, nowhere))).toBe("model-unreadable");
    await expect(readModel(spec("file:/dev/zero"), path, nowhere)).rejects.toThrow("/dev/zero: not a regular file");
  });
});

describe("https:", () => {
  test("is fetched once, then read from the store", async () => {
    const { store, requests } = await storeAt((_request, response) => response.end(graph));
    for (let i = 0; i < 2; i++) expect(Buffer.from(await readModel(spec(uri), "", store))).toEqual(graph);
    expect(requests()).toBe(1);
    expect(await readdir(store.folder)).toEqual([`${digest}.onnx`]);
  });

  test("a stored file that rotted is fetched again", async () => {
    const { store, requests } = await storeAt((_request, response) => response.end(graph));
    await mkdir(store.folder, { recursive: true });
    await writeFile(join(store.folder, `${digest}.onnx`), "rotten");
    expect(Buffer.from(await readModel(spec(uri), "", store))).toEqual(graph);
    expect(requests()).toBe(1);
  });

  test("two at once both succeed", async () => {
    const { store } = await storeAt((_request, response) => response.end(graph));
    const both = await Promise.all([readModel(spec(uri), "", store), readModel(spec(uri), "", store)]);
    for (const bytes of both) expect(Buffer.from(bytes)).toEqual(graph);
    expect(await readdir(store.folder)).toEqual([`${digest}.onnx`]);
  });

  test.each<[string, string, RequestListener]>([
    ["other bytes", "model-digest-mismatch", (_request, response) => response.end("something else")],
    ["an error page", "model-unreadable", (_request, response) => response.writeHead(404).end(graph)],
    [
      "half a file",
      "model-unreadable",
      (_request, response) => {
        response.writeHead(200, { "content-length": graph.length });
        response.write(graph.subarray(0, 1_000), () => response.destroy());
      },
    ],
  ])("%s leave nothing behind", async (_what, code, answer) => {
    const { store } = await storeAt(answer);
    expect(await codeOf(readModel(spec(uri), "", store))).toBe(code);
    expect(await readdir(store.folder)).toEqual([]);
  });

  test("a server that never finishes is given up", async () => {
    const { store } = await storeAt((_request, response) => response.writeHead(200).write("a"), 50);
    await expect(readModel(spec(uri), "", store)).rejects.toThrow("timeout");
    expect(await readdir(store.folder)).toEqual([]);
  });

  test("what a dead process left unfinished is removed; what another is writing stays", async () => {
    const { store } = await storeAt((_request, response) => response.end(graph));
    await mkdir(store.folder, { recursive: true });
    await writeFile(join(store.folder, "old.part"), "");
    await utimes(join(store.folder, "old.part"), 0, 0);
    await writeFile(join(store.folder, "new.part"), "");
    await readModel(spec(uri), "", store);
    expect((await readdir(store.folder)).toSorted()).toEqual([`${digest}.onnx`, "new.part"].toSorted());
  });
});

test("the store's folder follows the environment", () => {
  expect(storeFolder({ SLUICE_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a/models");
  expect(storeFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/sluice/models");
  expect(storeFolder({})).toMatch(/\/\.cache\/sluice\/models$/);
});
