import * as fc from "fast-check";
import { expect, test } from "vitest";
import { deviceNames } from "./names.ts";

test("names say which file a camera shows", () => {
  const videos = ["a/Gate Süd.mp4", "b/gate-sud.avi", "c/gate_sud.mkv", "___.mp4", "solidWhiteRight.mp4"];
  expect(deviceNames(videos)).toEqual(["gate-su-d", "gate-sud", "gate-sud-2", "camera", "solidwhiteright"]);
});

test("any files get valid names, each its own", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 100, unit: "binary" }), { maxLength: 20 }), (files) => {
      const names = deviceNames(files.map((file) => `${file}.mp4`));
      expect(new Set(names).size).toBe(files.length);
      for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});
