import { err, ok, type Result } from "./result.ts";

const byteFactors: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  Ki: 2 ** 10,
  KiB: 2 ** 10,
  Mi: 2 ** 20,
  MiB: 2 ** 20,
  Gi: 2 ** 30,
  GiB: 2 ** 30,
  Ti: 2 ** 40,
  TiB: 2 ** 40,
};

/** Factor from "unit per second" to bytes per second: `bit` counts eighths of a byte, `B` whole ones. */
const rateFactors: Record<string, number> = {
  "bit/s": 1 / 8,
  "kbit/s": 1e3 / 8,
  "Mbit/s": 1e6 / 8,
  "Gbit/s": 1e9 / 8,
  "B/s": 1,
  "kB/s": 1e3,
  "KiB/s": 2 ** 10,
  "MB/s": 1e6,
  "MiB/s": 2 ** 20,
};

const durationFactors: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** What may stand behind the number of a size, a rate, a duration. */
export const byteUnits = Object.keys(byteFactors);
export const rateUnits = Object.keys(rateFactors);
export const durationUnits = Object.keys(durationFactors);

function parseWith(text: string, units: Record<string, number>, what: string): Result<number, string> {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z/]+)$/.exec(text.trim());
  const factor = match && Object.hasOwn(units, match[2] as string) ? units[match[2] as string] : undefined;
  if (!match || factor === undefined) {
    return err(`"${text}" is not a ${what}: write a number and one of ${Object.keys(units).join(", ")}`);
  }
  const value = Number(match[1]) * factor;
  return Number.isFinite(value) && value <= Number.MAX_SAFE_INTEGER ? ok(value) : err(`"${text}" is too large`);
}

/** `"64KiB"` → 65536 bytes. */
export const parseBytes = (text: string) => parseWith(text, byteFactors, "size");
/** `"200kbit/s"` → 25000 bytes a second. */
export const parseRate = (text: string) => parseWith(text, rateFactors, "rate");
/** `"500ms"` → 500 milliseconds. */
export const parseDuration = (text: string) => parseWith(text, durationFactors, "duration");

/** `1536` → `"1.5 kB"`, decimal as in network rates. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${Math.round(bytes)} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `25000` bytes a second → `"200 kbit/s"`. */
export function formatRate(bytesPerSecond: number): string {
  const bits = bytesPerSecond * 8;
  if (bits < 1e3) return `${Math.round(bits)} bit/s`;
  return bits < 1e6 ? `${(bits / 1e3).toFixed(0)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`;
}

/** `90000` milliseconds → `"90 s"`. */
export function formatDuration(ms: number): string {
  if (ms < 1e3) return `${Math.round(ms)} ms`;
  if (ms < 120e3) return `${Math.round(ms / 1e3)} s`;
  return ms < 7_200e3 ? `${Math.round(ms / 60e3)} min` : `${Math.round(ms / 3_600e3)} h`;
}
