import type { Heartbeat, StreamReport } from "@sluice/contracts";
import { formatBytes, formatRate } from "@sluice/foundation";
import Table from "cli-table3";
import type { Terminal } from "../terminal.ts";
import { reportOf, type Sight } from "./fleet.ts";

const redrawMs = 1_000;
const lineMs = 5_000;
/** Below this the table would break its lines. */
const tableColumns = 92;

const head = ["camera", "state", "frames", "fps", "sent", "bytes", "budget", "agreement with the cloud"];

/** How often to show the fleet: a table is redrawn in place, lines are only added. */
export const showEveryMs = (terminal: Terminal): number => (drawsTable(terminal) ? redrawMs : lineMs);

const drawsTable = (terminal: Terminal) => terminal.live && terminal.columns >= tableColumns;

/** Shows the fleet in a terminal. */
export class Screen {
  readonly #terminal: Terminal;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(sights: readonly Sight[], elapsedS: number): void {
    if (!drawsTable(this.#terminal)) return this.#lines(sights, elapsedS);
    const text = `${tableOf(sights)}\n${Math.round(elapsedS)} s   Ctrl-C stops everything\n`;
    // Up over what was drawn before, clear to the end, draw again.
    this.#terminal.write(`${this.#drawn > 0 ? `\x1b[${this.#drawn}A\x1b[J` : ""}${text}`);
    this.#drawn = text.split("\n").length - 1;
  }

  #lines(sights: readonly Sight[], elapsedS: number): void {
    for (const sight of sights) {
      const [name, state, frames, fps, sent, bytes, share, agreement] = cells(sight);
      this.#terminal.write(
        `${Math.round(elapsedS)} s  ${name}: ${state}, ${frames} frames, ${fps} fps, ${sent} sent, ${bytes} (${share}), agreement ${agreement}\n`,
      );
    }
  }
}

function tableOf(sights: readonly Sight[]): string {
  const right = "right" as const;
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ["left", "left", right, right, right, right, right, "left"],
  });
  for (const sight of sights) table.push(cells(sight));
  return table.toString();
}

function cells(sight: Sight): string[] {
  const report = reportOf(sight);
  const budget = sight.heartbeat?.budget;
  if (!report || !budget) return [sight.device.name, "starting", "", "", "", "", "", ""];
  return [
    sight.device.name,
    report.state,
    String(report.frames),
    report.fps.toFixed(1),
    String(report.sent),
    formatBytes(budget.spentBytes),
    budgetText(sight.heartbeat!),
    agreementText(report.agreement),
  ];
}

/** Of a budget that stays as it is, the share that was used; of a lease, what it grants now. */
function budgetText({ budget, lease }: Heartbeat): string {
  if (lease !== undefined) return `lease ${formatRate(budget.bytesPerSecond)}`;
  const allowed = Math.max(1, (budget.bytesPerSecond * budget.elapsedMs) / 1_000);
  return `${Math.round((100 * budget.spentBytes) / allowed)}% of budget`;
}

function agreementText({ samples, local, corrected, correctedHalfWidth }: StreamReport["agreement"]): string {
  if (local === null || corrected === null) return `unknown yet (${samples} audits)`;
  const margin = typeof correctedHalfWidth === "number" ? ` ±${correctedHalfWidth.toFixed(2)}` : "";
  return `${local.toFixed(2)} -> ${corrected.toFixed(2)}${margin} (${samples} audits)`;
}
