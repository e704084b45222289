import type { Material } from "./material.ts";
import { Program } from "./program.ts";

/** Threads of the edge model, in the daemon and in its peers. */
export const edgeThreads = 1;
const cloudName = "cloud";

export interface EdgeSetting {
  readonly material: Material;
  readonly server: string;
  readonly device: string;
  readonly policy: "never" | "periodic" | "learned";
  readonly pace: "realtime" | "asap";
}

const program = (name: string) => new URL(`./programs/${name}.ts`, import.meta.url);

/** A device as a user would configure it, with budget for all that its policy wants to send. */
export function edgeConfig({ material, server, device, policy }: EdgeSetting): object {
  return {
    device,
    http: { port: 0 },
    nats: { uplink: { servers: [server] }, site: { servers: [server] } },
    model: material.edgeModel,
    threads: edgeThreads,
    offload: {
      model: cloudName,
      budget: { rate: "100MB/s", burst: "16MiB" },
      decision: { policy, every: 10 },
      // While a device is stopped between its turns, neither its offloads nor its camera are late.
      delivery: { deadline: "1h" },
    },
    streams: [{ name: "camera", source: material.source, loop: true, stallAfter: "1h" }],
  };
}

export const startEdgeProgram = (setting: EdgeSetting): Promise<Program> =>
  Program.start(program("edge"), [JSON.stringify({ config: edgeConfig(setting), pace: setting.pace })], setting.device);

export const startBare = (
  material: Material,
  decode: "apart" | "here",
  pace: "realtime" | "asap",
): Promise<Program> => {
  const { edgeModel: model, source } = material;
  return Program.start(
    program("bare-edge"),
    [JSON.stringify({ model, source, threads: edgeThreads, decode, pace })],
    `bare ${decode}`,
  );
};

/** A cloud that answers at once, in a process of its own. */
export const startResponder = (server: string): Promise<Program> =>
  Program.start(program("responder"), [JSON.stringify({ server, model: cloudName })], "responder");
