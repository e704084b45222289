/** What a picture shows of a dashboard, as Grafana imports it. */
export interface ImportedPanel {
  readonly type: "row" | "stat" | "timeseries";
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: { readonly defaults: Field };
  readonly options?: { readonly textMode?: string; readonly legend?: { readonly showLegend: boolean } };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string; readonly instant?: boolean }[];
}

export interface Field {
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
  readonly noValue?: string;
  readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
  readonly custom?: { readonly stacking?: { readonly mode: string } };
}

export interface Imported {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly ImportedPanel[];
}
