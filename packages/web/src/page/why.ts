import type { DecisionMessage, Result, WireDetections } from "@sluice/contracts";
import { h, setAttributes, setText } from "./dom.ts";
import { decisionWords, figure } from "./words.ts";

/** What a device answers to `GET /api/why/{stream}/{frame}`: the decision and what came of it. */
type Explained = DecisionMessage & {
  readonly result?: Extract<Result, { kind: "local" }>;
  readonly correction?: Extract<Result, { kind: "correction" }>;
};

/** "Why this frame?": a number, and the device's own account of it in words. */
export class Why {
  readonly element: HTMLElement;
  readonly #input = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]{1,15}", required: true, size: 9 });
  readonly #answer = h("div", { class: "why-answer", role: "status" });
  #root: URL | null = null;
  #stream = "";

  constructor() {
    const form = h(
      "form",
      { class: "why" },
      h("label", {}, "Frame ", this.#input),
      h("button", { type: "submit" }, "Explain"),
      h("span", { class: "hint" }, "or choose a tick above"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(Number(this.#input.value));
    });
    this.element = h("div", {}, form, this.#answer);
  }

  update(root: URL | null, stream: string): void {
    this.#root = root;
    this.#stream = stream;
  }

  ask(frame: number): void {
    this.#input.value = String(frame);
    if (!this.#root) return setText(this.#answer, "The device gives no address that could be asked.");
    const url = new URL(`api/why/${encodeURIComponent(this.#stream)}/${frame}`, this.#root);
    fetch(url)
      .then(async (response) => {
        if (response.status === 404)
          return this.#say(`Frame ${frame} is not remembered any more, or has not come yet.`);
        if (!response.ok) return this.#say(`The device answered with status ${response.status}.`);
        return this.#say(...explain((await response.json()) as Explained));
      })
      .catch(() => this.#say("The device cannot be reached."));
  }

  #say(...lines: string[]): void {
    this.#answer.replaceChildren(...lines.map((line) => h("p", {}, line)));
    setAttributes(this.#answer, { "data-filled": true });
  }
}

function explain(e: Explained): string[] {
  const signals = Object.entries(e.signals).map(([name, value]) => `${name} ${figure(value)}`);
  const when = new Date(e.capturedAtMs).toLocaleTimeString();
  return [
    `Frame ${e.frame}, captured at ${when}, was ${decisionWords(e)}.`,
    ...(e.rung ? [`It went as "${e.rung}"${partOf(e)}; ${Math.round(e.tokens)} bytes were left to send.`] : []),
    ...(e.propensity
      ? [`Whatever was in it, it would have been drawn to be audited once in ${Math.round(1 / e.propensity)} times.`]
      : []),
    ...(signals.length > 0 ? [`What spoke for and against it: ${signals.join(", ")}.`] : []),
    ...(e.result ? [`The edge saw ${seen(e.result.local, e.result.task)}; the answer was ${believed(e.result)}.`] : []),
    ...(e.correction
      ? [
          `${Math.round(e.correction.ageMs)} ms after capture the cloud made it ${seen(e.correction.answer, e.correction.task)}.`,
        ]
      : []),
  ];
}

const partOf = ({ region }: Explained): string =>
  region ? `, its part from ${region[0]},${region[1]} to ${region[2]},${region[3]} alone` : "";

/** "2 × car (believed 84 %, 61 %)": each box's chance of being right, as replies taught; of a label "cat (believed 84 %)". */
function believed({ task, answer }: Result): string {
  const some = answer.classes.map((name, i) => {
    const chances = answer.boxes.filter((b) => b[5] === i).map((b) => `${Math.round(100 * b[4])} %`);
    const what = task === "classification" ? name : `${chances.length} × ${name}`;
    return chances.length > 0 ? `${what} (believed ${chances.join(", ")})` : "";
  });
  return some.filter((text) => text !== "").join(", ") || "nothing";
}

/** "2 × car, 1 × person"; of a label "cat". */
function seen(found: WireDetections, task: Result["task"]): string {
  const counts = found.classes.map((name, i) => [name, found.boxes.filter((b) => b[5] === i).length] as const);
  const some = counts.filter(([, n]) => n > 0).map(([name, n]) => (task ? name : `${n} × ${name}`));
  return some.length > 0 ? some.join(", ") : "nothing";
}
