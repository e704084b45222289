import * as z from "zod";
import { limits } from "./limits.ts";

const share = "(0([.][0-9]+)?|1([.]0+)?)";
const corner = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]);

/** Corners `[x, y]` in shares of width and height. */
export const polygonSchema = z.array(corner).min(3).max(limits.cornersPerMask);

/** The same in one line, as objects of the cluster have it. */
export const polygonTextSchema = z
  .string()
  .max(768)
  .regex(
    new RegExp(`^${share},${share}( ${share},${share}){2,${limits.cornersPerMask - 1}}$`),
    'write 3 corners or more as shares of width and height, such as "0,0 0.5,0 0.5,1"',
  )
  .meta({ examples: ["0,0 0.5,0 0.5,1"] });

/** Reads what {@link polygonTextSchema} lets pass. */
export const parsePolygon = (text: string): [number, number][] =>
  text.split(" ").map((pair) => pair.split(",").map(Number) as [number, number]);
