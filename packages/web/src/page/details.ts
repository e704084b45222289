import { formatBytes } from "@sluice/foundation";
import type { Correction, Decision, Device, Stream } from "../fleet/state.ts";
import { h, setChildren, setText } from "./dom.ts";
import { dropWords, outcomeWords, reasonLooks } from "./reasons.ts";
import { ago, count, decisionWords } from "./words.ts";

/** A list whose rows are reused, so that a reader's selection and place survive an update. */
function setRows(list: Element, texts: readonly { text: string; className?: string }[], otherwise: string): void {
  const wanted = texts.length > 0 ? texts : [{ text: otherwise, className: "empty" }];
  const rows = wanted.map(({ text, className = "" }, i) => {
    const row = list.children[i] ?? h("li");
    row.className = className;
    setText(row, text);
    return row;
  });
  setChildren(list, rows);
}

/** "Of the last 60 frames: 4 sent, 50 not worth their price". */
export class Tally {
  readonly element = h("ul", { class: "tally" });

  update(decisions: readonly Decision[]): void {
    const counts = new Map<string, { decision: Decision; count: number }>();
    for (const decision of decisions) {
      const key = `${decision.action} ${decision.reason}`;
      counts.set(key, { decision, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    const rows = [...counts.values()].toSorted((a, b) => b.count - a.count);
    setRows(
      this.element,
      rows.map(({ decision: { action, reason }, count: n }) => ({
        text: `${n} ${action === "send" ? "sent" : "not sent"}: ${reasonLooks[reason].words}`,
        className: `tone-${reasonLooks[reason].tone} ${action}`,
      })),
      "No decision has been reported yet",
    );
  }
}

/** The frames that were sent, newest first, each with its numbers in words. */
export class Sends {
  readonly element = h("ol", { class: "rows", "aria-label": "Frames sent, newest first" });

  update(sends: readonly Decision[]): void {
    const rows = sends.toReversed().map((d) => ({
      text: `#${d.frame} ${decisionWords(d)}`,
      className: `tone-${reasonLooks[d.reason].tone} send`,
    }));
    setRows(this.element, rows, "No frame has been sent since this page was opened");
  }
}

export class Corrections {
  readonly element = h("ol", { class: "rows", "aria-label": "Corrections, newest first" });

  update(corrections: readonly Correction[], nowMs: number): void {
    const rows = corrections.toReversed().map(({ frame, boxes, label, ageMs, inTime, atMs }) => ({
      text: `#${frame}: ${label ?? `${boxes} ${boxes === 1 ? "box" : "boxes"}`}, ${Math.round(ageMs)} ms after capture${inTime ? "" : ", late"}, ${ago(nowMs - atMs)}`,
      className: inTime ? "send tone-value" : "send tone-busy",
    }));
    setRows(this.element, rows, "No correction has come yet");
  }
}

/** Counters since the device started. */
export class Counters {
  readonly element = h("dl", { class: "counters" });

  update({ heartbeat }: Device, { report }: Stream): void {
    const entries: [string, string][] = [
      ["frames", count(report.frames)],
      ["answered", count(report.answered)],
      ...Object.entries(dropWords).map(([key, words]): [string, string] => [
        `dropped: ${words}`,
        count(report.dropped[key as keyof typeof dropWords] ?? 0),
      ]),
      ["sent", count(report.sent)],
      ["under way", count(report.inFlight)],
      ...Object.entries(outcomeWords)
        .map(([key, words]): [string, number] => [words, report.offloads[key as keyof typeof outcomeWords] ?? 0])
        .filter(([words, n]) => n > 0 || words === outcomeWords.answered)
        .map(([words, n]): [string, string] => [`… ${words}`, count(n)]),
      ["bytes", formatBytes(report.bytes)],
      ["edge model", heartbeat.model.name],
      ["cloud model", `${heartbeat.uplink.model} (${heartbeat.uplink.backend})`],
      ["picture", report.width > 0 ? `${report.width} × ${report.height}` : "–"],
    ];
    const rows = [...this.element.children];
    const wanted = entries.map(([name, value], i) => {
      const row = rows[i] ?? h("div", {}, h("dt"), h("dd"));
      setText(row.children[0]!, name);
      setText(row.children[1]!, value);
      return row;
    });
    setChildren(this.element, wanted);
  }
}
