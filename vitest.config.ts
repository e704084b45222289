import { configDefaults, defineConfig } from "vitest/config";

/** Tests lie beside the code that they test; those under `tests/` and `e2e/` look at the whole. */
export default defineConfig({
  test: {
    include: ["{packages,services,operators}/*/src/**/*.test.ts", "{tests,e2e,bench}/**/*.test.ts"],
    // `make e2e` runs these: they need a cluster.
    exclude: [...configDefaults.exclude, "e2e/cluster/**"],
    // For machines that are busy with other things: a test that hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: "forks",
    // Many tests wait for something: two cores have time for three.
    maxWorkers: 3,
  },
});
