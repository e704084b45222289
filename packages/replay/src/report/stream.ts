import type { ReplaySummary } from "@sluice/contracts";
import { formatBytes } from "@sluice/foundation";
import type { DecisionRecord } from "../records.ts";
import { words } from "../why.ts";
import { escaped, score, table } from "./markup.ts";
import { timeline, toneOf } from "./timeline.ts";

/** Sends that a stream's list shows at most; beyond, `sluice why` knows each. */
const listed = 500;

/** One stream of a replay: its course, its worst stretch, and what was sent when and why. */
export function streamSection(stream: ReplaySummary["streams"][number], records: readonly DecisionRecord[]): string {
  const own = records.filter((record) => record.stream === stream.name);
  const { from, frames, score: worst } = stream.worst;
  const [first, last] = [own[from], own[from + frames - 1]];
  const where =
    first && last ? `frames ${first.frame} to ${last.frame}, ${first.t.toFixed(1)} s to ${last.t.toFixed(1)} s` : "";
  return [
    timeline(own, stream.worst),
    `<p class="note">Score over time, 0 to 1; below it a tick for each frame that was sent, coloured by why.</p>`,
    `<p>Worst stretch, shaded: <b>${score(worst)}</b> over ${where}. Never: ${score(stream.never.score)} over all frames.</p>`,
    reasonTable(own),
    sendList(own.filter(({ action }) => action === "send")),
  ].join("\n");
}

function reasonTable(records: readonly DecisionRecord[]): string {
  const groups = Map.groupBy(records, ({ action, reason }) => `${action} ${reason}`);
  const rows = [...groups.values()]
    .toSorted((a, b) => a[0]!.action.localeCompare(b[0]!.action) || b.length - a.length)
    .map((group) => {
      const { action, reason } = group[0]!;
      const bytes = group.reduce((sum, record) => sum + record.bytes, 0);
      const mean = group.reduce((sum, record) => sum + record.score, 0) / group.length;
      const mark =
        action === "send" ? `<i class="tick-mark" style="background: var(${toneOf(reason)})"></i> sent` : "not sent";
      return [mark, escaped(words[reason]), String(group.length), bytes > 0 ? formatBytes(bytes) : "–", score(mean)];
    });
  return table(["", "because", "frames", "bytes", "their score"], rows, [1]);
}

function sendList(sent: readonly DecisionRecord[]): string {
  if (sent.length === 0) return "<p>Nothing was sent.</p>";
  const rows = sent
    .slice(0, listed)
    .map((record) => [
      String(record.frame),
      `${record.t.toFixed(2)} s`,
      escaped(record.rung ?? ""),
      formatBytes(record.bytes),
      escaped(words[record.reason]),
      record.value.toPrecision(3),
      (record.price * record.bytes).toPrecision(3),
      record.arrivedAt === null ? "never" : `${((record.arrivedAt - record.t) * 1_000).toFixed(0)} ms`,
    ]);
  const rest = sent.length > listed ? `<p>The first ${listed} of ${sent.length}.</p>` : "";
  const head = ["frame", "at", "rung", "bytes", "because", "value", "cost", "answer after"];
  return `<details><summary>What was sent when (${sent.length} frames)</summary>${table(head, rows, [2, 4])}${rest}</details>`;
}
