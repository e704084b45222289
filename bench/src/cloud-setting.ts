import { startNats, tempDir } from "@sluice/testkit";
import { type Material, manifestOf, writeJpegs } from "./material.ts";
import { Program } from "./program.ts";

/** Batches that the service may form, and that the bare loop runs. */
export const maxBatch = 4;
const workers = 1;
const threads = 1;
const pictures = 24;

/** The cloud service with a load on it, and a bare loop over the same pictures. */
export interface CloudSetting extends AsyncDisposable {
  readonly service: Program;
  readonly client: Program;
  readonly startBare: (ahead: boolean) => Promise<Program>;
}

const program = (name: string) => new URL(`./programs/${name}.ts`, import.meta.url);

/** Starts a broker, the service and a client that keeps `inFlight` offloads under way. */
export async function startCloud(material: Material, inFlight: number): Promise<CloudSetting> {
  const dir = tempDir();
  const nats = await startNats();
  const jpegs = await writeJpegs(material, dir.path, pictures);
  const manifest = material.cloudModel;
  const model = (await manifestOf(manifest)).metadata.name;
  const served = { manifest, batching: { maxSize: maxBatch }, workers, threads };
  const config = { replica: "measured", http: { port: 0 }, nats: { servers: [nats.url] }, models: [served] };
  const service = await Program.start(program("cloud"), [JSON.stringify(config)], "service");
  const load = { server: nats.url, model, pictures: jpegs, inFlight };
  const client = await Program.start(program("client"), [JSON.stringify(load)], "client");
  return {
    service,
    client,
    startBare(ahead) {
      const bare = { model: manifest, pictures: jpegs, workers, threads, maxBatch, ahead };
      return Program.start(
        program("bare-cloud"),
        [JSON.stringify(bare)],
        ahead ? "bare loop, decoding ahead" : "bare loop",
      );
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await nats.stop();
      await dir.remove();
    },
  };
}
