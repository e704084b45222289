import { edgeValues } from "./edge-values.ts";

/** What may stand in each chart's values, by the chart's folder. */
export const valuesSchemas = { "sluice-edge": edgeValues } as const;
