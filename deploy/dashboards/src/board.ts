/** Units as Grafana names them; `suffix:` is its way to write one of one's own behind a number. */
export type Unit = "Bps" | "bytes" | "s" | "percentunit" | "short" | "reqps" | "bool_yes_no" | "suffix:/s";

export interface Query {
  readonly expr: string;
  /** How a series is called: text with `{{label}}`. */
  readonly legend: string;
  /** Links the points of a histogram to their traces. */
  readonly exemplars?: true;
}

/** `figure`: the present value in large type. `lines` and `stacked`: over time. */
export type Shape = "figure" | "lines" | "stacked";

export interface Panel {
  readonly title: string;
  /** What it says, and what to look for. */
  readonly about: string;
  readonly shape: Shape;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Top of the scale where it is known, as for shares. */
  readonly max?: number;
  /** Nothing is shown while all is well. */
  readonly quiet?: true;
  /** Figures beyond it are red. */
  readonly bad?: { readonly below: number } | { readonly from: number };
  /** Where a click on a series leads: its label `instance` becomes the device there. */
  readonly opens?: "device";
}

/** What a reader can choose at the top: `job` is a fleet or a service, `device` one device, `model` one cloud model. */
export type Choice = "job" | "device" | "model";

export interface Board {
  /** Name of its file, and with `sluice-` before it its identity in Grafana. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly choices: readonly Choice[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}
