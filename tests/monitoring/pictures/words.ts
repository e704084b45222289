const si = ["", "k", "M", "G"];
const binary = ["B", "KiB", "MiB", "GiB"];

/** A value in a unit of Grafana's, much as Grafana writes it. */
export function worded(value: number, unit: string): string {
  if (unit.startsWith("suffix:")) return `${short(value)} ${unit.slice("suffix:".length)}`;
  const words = writers[unit];
  if (!words) throw new Error(`the unit ${unit} cannot be drawn: add it here`);
  return words(value);
}

const writers: Readonly<Record<string, (value: number) => string>> = {
  short: (value) => short(value),
  percentunit: (value) => `${digits(100 * value)}%`,
  reqps: (value) => `${short(value)} req/s`,
  Bps: (value) => `${scaled(value, 1_000, ["B", "kB", "MB", "GB"])}/s`,
  bytes: (value) => scaled(value, 1_024, binary),
  s: (value) => (value !== 0 && Math.abs(value) < 1 ? `${digits(1_000 * value)} ms` : `${digits(value)} s`),
  bool_yes_no: (value) => (value === 0 ? "No" : "Yes"),
};

const short = (value: number): string => scaled(value, 1_000, si).trim();

function scaled(value: number, base: number, names: readonly string[]): string {
  let [left, step] = [value, 0];
  while (Math.abs(left) >= base && step < names.length - 1) {
    left /= base;
    step++;
  }
  return `${digits(left)} ${names[step]}`;
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** The name of a series: `{{label}}` filled in. */
export const named = (legend: string, labels: Readonly<Record<string, string>>): string =>
  legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "");
