import { defineConfig } from "vitest/config";

/** `make e2e`: suites that share one cluster, one after the other. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["e2e/cluster/*.test.ts"],
    globalSetup: ["e2e/cluster/setup.ts"],
    // A cluster of one node on a busy machine: conditions that hold end their waits early all the same.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
