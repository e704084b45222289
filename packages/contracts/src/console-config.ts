import * as z from "zod";

/** The console's configuration file. */
export const consoleConfigSchema = z.strictObject({
  http: z
    .strictObject({
      host: z.string().default("127.0.0.1").describe("Address to listen on; `0.0.0.0` for every network."),
      port: z.int().min(0).max(65535).default(8090).describe("Port of the page; 0 takes any that is free."),
    })
    .prefault({}),
  nats: z.strictObject({
    servers: z
      .array(z.string().min(1))
      .min(1)
      .describe("Addresses of the broker that devices publish their results on."),
  }),
});
export type ConsoleConfig = z.output<typeof consoleConfigSchema>;
