import type { Device, Plan } from "./plan.ts";

/** The stream of every device of the demo: it has one camera. */
export const streamName = "camera";
/** More than usual, since a demo is short and should soon know how well it does. */
export const auditShare = "0.25";
/** How long the cloud service may finish what it began, so that all is gone in time. */
const grace = "1s";

/** Configuration documents, as a user would write them. JSON is YAML. */
export const edgeConfig = (plan: Plan, device: Device, natsUrl: string): unknown => ({
  device: device.name,
  http: { port: 0 },
  // One broker stands for both: the metered uplink, and the site's own, where results cost nothing.
  nats: { uplink: { servers: [natsUrl] }, site: { servers: [natsUrl] } },
  model: plan.edgeModel.path,
  ...(plan.operated && { control: "operator", state: `${device.name}.state` }),
  offload: {
    model: plan.cloudModel.manifest.metadata.name,
    budget: { rate: `${plan.bytesPerSecond}B/s` },
    decision: { policy: plan.policy },
    audit: { share: auditShare },
  },
  streams: [{ name: streamName, source: `file:${device.video}`, loop: true }],
});

export const inferenceConfig = (plan: Plan, natsUrl: string): unknown => ({
  replica: "demo",
  http: { port: 0 },
  nats: { servers: [natsUrl] },
  grace,
  models: [{ manifest: plan.cloudModel.path }],
});

export const consoleConfig = (plan: Plan, natsUrl: string): unknown => ({
  http: { port: plan.port },
  nats: { servers: [natsUrl] },
});

/** Objects from the folder that {@link writeObjects} filled, and policies from the file that the user named, if any. */
export const operatorConfig = ({ policyFile }: Plan, objects: string, natsUrl: string): unknown => ({
  files: { paths: policyFile === undefined ? [objects] : [objects, policyFile] },
  http: { port: 0 },
  nats: { servers: [natsUrl] },
});
