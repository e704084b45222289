import type { OffloadSpec } from "@sluice/contracts";
import { contains, type Detection, type Polygon } from "@sluice/vision";

/** What of a stream is worth bytes: what is of one of the classes and stands in one of the zones; an empty list is all. */
export interface Focus {
  readonly classIds: readonly number[];
  readonly zones: readonly Polygon[];
}

/** One stream's part of what a policy focuses on. Classes that the edge model does not know are left out. */
export function focusOf({ focus }: OffloadSpec, stream: string, classes: readonly string[]): Focus {
  const ids = focus.classes.map((name) => classes.indexOf(name));
  const zones = Object.hasOwn(focus.zones, stream) ? focus.zones[stream]! : [];
  return { classIds: ids.filter((id) => id >= 0), zones };
}

/** Classes of the focus that nobody will ever see, since the edge model does not know them. */
export const unknownClasses = ({ focus }: OffloadSpec, classes: readonly string[]): string[] =>
  focus.classes.filter((name) => !classes.includes(name));

/**
 * Tells which boxes of a `width` × `height` picture are in focus; undefined where all are. A box is in a zone when the
 * middle of its lower edge is, cut to the picture: there things touch the ground, wherever their heads are.
 */
export function sieve(
  { classIds, zones }: Focus,
  width: number,
  height: number,
): ((box: Detection) => boolean) | undefined {
  if (classIds.length === 0 && zones.length === 0) return undefined;
  const wanted = new Set(classIds);
  return ({ classId, x1, x2, y2 }) => {
    if (wanted.size > 0 && !wanted.has(classId)) return false;
    const [x, y] = [share((x1 + x2) / 2, width), share(y2, height)];
    return zones.length === 0 || zones.some((zone) => contains(zone, x, y));
  };
}

const share = (pixels: number, of: number): number => Math.min(1, Math.max(0, pixels / of));
