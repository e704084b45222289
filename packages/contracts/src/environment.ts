import * as z from "zod";

/** What the environment may add. */
export const environmentSchema = z.object({
  SLUICE_NATS_CREDS: z.string().optional().describe("Path of a NATS credentials file."),
  SLUICE_NATS_USER: z
    .string()
    .optional()
    .describe("User of the broker; the device's or replica's own name if not given, `console`, or `operator`."),
  SLUICE_NATS_TOKEN: z
    .string()
    .optional()
    .describe("That user's password, or the token of a broker that knows no users."),
  SLUICE_NATS_CA: z
    .string()
    .optional()
    .describe("Certificates (PEM) of authorities that the broker's may come from, besides those that all trust."),
  SLUICE_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("How much is logged."),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe("Where traces go (OTLP over HTTP); none are made without it."),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Share of frames that are traced, and of requests that come without a trace; 0.1 if not given."),
});
export type Environment = z.output<typeof environmentSchema>;

/** How a program gets in at a broker, as the environment says; `own` is the name of the user that it is by itself. */
export const brokerAccess = (environment: Partial<Environment>, own: string) => ({
  user: environment.SLUICE_NATS_USER ?? own,
  token: environment.SLUICE_NATS_TOKEN,
  credentialsFile: environment.SLUICE_NATS_CREDS,
  authorities: environment.SLUICE_NATS_CA,
});
