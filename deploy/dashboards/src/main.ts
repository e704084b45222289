import { mkdir, writeFile } from "node:fs/promises";
import { boards, dashboardOf } from "./index.ts";

/** Writes each dashboard into `deploy/dashboards/json/`, as Grafana imports it. */
const folder = new URL("../json/", import.meta.url);
await mkdir(folder, { recursive: true });
for (const board of boards) {
  await writeFile(new URL(`${board.name}.json`, folder), `${JSON.stringify(dashboardOf(board), null, 2)}\n`);
}
