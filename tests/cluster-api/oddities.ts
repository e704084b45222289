import { type KindName, kinds } from "@sluice/contracts";
import { objectOf, soundSpecs } from "./objects.ts";

/** What people and programs write by mistake, or almost right. */
export const oddities: readonly unknown[] = [
  ["", " ", "a", "A", "a\n", "-a", "a.b", "a".repeat(63), "a".repeat(64), "é", "coco80", "true"],
  ["0", "1", "-1", "01", ".5", "1.", "0.5", "1e3", "0.010", "99999999", "Infinity", "NaN", "1,5"],
  ["5s", " 5 s ", "5 s", "5S", "5sec", "0ms", "-5s", "1.5h", "5", "5s\n"],
  ["64KiB", "64 KiB", "64kib", "50Gi", "1.5GB", "200kbit/s", "200 kbit/s", "200kbps", "0B/s", "1GB/s"],
  ["0,0 1,0 1,1", "0,0 1,1", "0,0 1,0 1,2", "0.0,0.25 1.0,0 0.5,1", "500m", "2Gi", "2gi", "month", "yolox"],
  ["file:x", "https://x", "http://u:p@x", "rtsp://x/1", "ftp://x", "f".repeat(64), "F".repeat(64)],
  [0, 1, -1, 2, 1.5, 64, 65, 1_000, 1_000_001, true, false],
  [[], [{}], ["a"], ["a", "a"], {}, { name: "a" }, { name: "a", more: 1 }, { matchLabels: { a: "b" } }],
].flat();

/** Every field that is written in a sound object or filled in by default. */
export const paths = (Object.keys(kinds) as KindName[]).flatMap((kind) => {
  const { spec } = kinds[kind].schema.parse(objectOf(kind, "x"));
  return [...new Set([...fieldsOf(soundSpecs[kind], ""), ...fieldsOf(spec, "")])].map((path) => [kind, path] as const);
});

/** Files alone may say `coco80` instead of a list. */
export const differs = (kind: KindName, path: string, value: unknown) =>
  kind === "InferenceModel" && path === "classes" && value === "coco80";

function fieldsOf(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const own = path ? `${path}.${key}` : key;
    return [own, ...fieldsOf(inner, own)];
  });
}
