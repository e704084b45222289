/** Suffixes of the series that a histogram is exported as. */
const histogramSuffix = /_(bucket|sum|count)$/;

/** The metrics that a PromQL expression asks for: Sluice's own, recorded ones, and `up`. */
export function namesIn(expr: string): string[] {
  const withoutText = expr.replaceAll(/"[^"]*"/g, '""');
  const names = withoutText.match(/\b(?:[a-z]+:)?sluice_[a-z0-9_:]+|\bup\b/g) ?? [];
  return [...new Set(names.map((name) => (name.includes(":") ? name : name.replace(histogramSuffix, ""))))];
}
