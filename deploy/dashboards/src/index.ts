import { backend } from "./backend.ts";
import type { Board } from "./board.ts";
import { device } from "./device.ts";
import { fleet } from "./fleet.ts";
import { rollout } from "./rollout.ts";

export type { Board } from "./board.ts";
export { dashboardOf } from "./grafana.ts";

/** Every dashboard, in the order in which one goes deeper. */
export const boards: readonly Board[] = [fleet, backend, rollout, device];
