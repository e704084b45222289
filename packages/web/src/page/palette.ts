/** Okabe and Ito's colours, which people with any common kind of colour blindness can tell apart (2008). */
const okabeIto = ["#e69f00", "#56b4e9", "#f0e442", "#cc79a7", "#009e73", "#d55e00"] as const;

/** Classes of the embedded models, so that a person has the same colour everywhere. */
const usual = ["person", "car", "bicycle", "truck", "bus", "dog"];

/** The colour of a class; the name is drawn beside every box, so that colour is never the only sign. */
export function classColour(name: string): string {
  const known = usual.indexOf(name);
  const index = known >= 0 ? known : Array.from(name).reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) >>> 0, 7);
  return okabeIto[index % okabeIto.length]!;
}
