const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** `3d`, `7h`, `12m`, `4s`: the largest unit of which there are two, as kubectl tells ages. Undefined where there is no time. */
export function ageOf(time: string | undefined, nowMs: number): string | undefined {
  const ms = time === undefined ? Number.NaN : nowMs - Date.parse(time);
  if (Number.isNaN(ms)) return undefined;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [unit, size] = units.find(([, length]) => seconds >= 2 * length) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
