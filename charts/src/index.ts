import { edgeValues } from "./edge-values.ts";
import { hubValues } from "./hub-values.ts";

/** What may stand in each chart's values, by the chart's folder. */
export const valuesSchemas = { sluice: hubValues, "sluice-edge": edgeValues } as const;
