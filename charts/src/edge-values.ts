import { edgeConfigSchema, type JsonSchema, jsonSchema } from "@sluice/contracts";
import { chart, flag, group, image, kubernetes, list, names, podMonitor, text, whole } from "./schema.ts";

/** What a device's configuration may hold; the rest is filled in by the chart. */
function deviceConfig(): JsonSchema {
  const filledIn = ["device", "http", "state"];
  const { properties = {}, required = [], ...rest } = jsonSchema(edgeConfigSchema);
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !filledIn.includes(name))),
    required: required.filter((name) => !filledIn.includes(name)),
  };
}

const device: JsonSchema = {
  ...group({
    node: text("Name of the node that its cameras are at; any if not given."),
    config: { ...deviceConfig(), description: "Its configuration: docs/reference/edge-config.md." },
  }),
  required: ["config"],
};

/** Values of `charts/sluice-edge`. */
export const edgeValues = chart({
  image: image("The edge daemon's image."),
  imagePullSecrets: kubernetes("list of LocalObjectReference", "array"),
  devices: names("One entry a device, by its name.", device),
  passwordsSecret: text("Secret with a password under each device's name, as the chart sluice makes them."),
  credentialsSecret: text("Secret with a file `DEVICE.creds` for each device."),
  ca: text("Authority (PEM) that signed the broker's certificate, if not one that all trust."),
  env: names("Variables of the environment."),
  state: group(
    {
      claim: group(
        {
          size: text("Of each device's claim.", "^[0-9]+(Ki|Mi|Gi|Ti)$"),
          storageClassName: text("Empty: the default."),
        },
        "A claim a device.",
      ),
      hostPath: text("A folder on the node instead of a claim.", "^(/.*)?$"),
    },
    "What outlasts a pod.",
  ),
  priorityClass: group(
    {
      create: flag("Whether the chart makes it."),
      name: text("Empty: none."),
      value: whole("Higher is more important.", -1_000_000_000, 1_000_000_000),
    },
    "What gives way when a node is full.",
  ),
  prePull: group(
    { enabled: flag("Keeps the image on nodes."), nodeSelector: names("On which nodes; all if empty.") },
    "An image that is there needs no link.",
  ),
  resources: kubernetes("ResourceRequirements"),
  supplementalGroups: list({ type: "integer" }, "Groups of the device files, such as 44 for /dev/video*."),
  nodeSelector: names("Labels of the nodes."),
  tolerations: kubernetes("list of Toleration", "array"),
  podMonitor,
  networkPolicy: group(
    {
      enabled: flag("Whether only some may see the pages."),
      allowPageFrom: kubernetes("list of NetworkPolicyPeer", "array"),
    },
    "Who may open a device's page and read its metrics.",
  ),
});
