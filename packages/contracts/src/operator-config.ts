import * as z from "zod";
import { nameSchema } from "./names.ts";

/** The operator's configuration file. */
export const operatorConfigSchema = z.strictObject({
  namespace: nameSchema
    .optional()
    .describe("The namespace whose objects it reconciles; that of the context, or of the pod, if not given."),
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe("Path of a kubeconfig; without it the usual places: `$KUBECONFIG`, `~/.kube/config`, the pod's account."),
  context: z.string().min(1).optional().describe("Context of the kubeconfig; its current one if not given."),
  files: z
    .strictObject({
      paths: z.array(z.string().min(1)).min(1).max(100).describe("YAML files, and folders with such files."),
      state: z
        .string()
        .min(1)
        .optional()
        .describe("File in which rollouts are remembered; without it they are forgotten with the process."),
    })
    .optional()
    .describe("Instead of a cluster: objects from files, which may be edited at any time. One operator at a time."),
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1").describe("Address to listen on; `0.0.0.0` for every network."),
      port: z.int().min(0).max(65535).default(8082).describe("Port of health and metrics; 0 takes any that is free."),
    })
    .prefault({}),
  nats: z.strictObject({
    servers: z.array(z.string().min(1)).min(1).describe("Addresses of the broker of the namespace's devices."),
    replicas: z
      .int()
      .min(1)
      .max(5)
      .default(1)
      .describe("Copies of leases and policy documents in a cluster of brokers."),
  }),
  prometheus: z
    .url()
    .optional()
    .describe("Base address of a Prometheus that answers the queries of gates; without it they stay unknown."),
  image: z
    .string()
    .min(1)
    .default("sluice-inference:0.1.0")
    .describe("Image of a backend's replicas, if it names none."),
});
export type OperatorConfig = z.output<typeof operatorConfigSchema>;
