import type { ReplaySummary } from "@sluice/contracts";

/** A place on a curve: which share of the bytes was taken, and the score that it gave. */
export interface Place {
  /** Share that was allowed. */
  readonly budget: number;
  readonly share: number;
  readonly score: number;
}

/** One way to decide, over several budgets. */
export interface Series {
  readonly name: string;
  readonly kind: "own" | "rival" | "O1" | "O3";
  readonly places: readonly Place[];
}

/** One replay among those that a report shows. */
export interface Shown {
  readonly name: string;
  readonly summary: ReplaySummary;
}

type Point = ReplaySummary["curve"][number];

/** The curves of replays of one trace, of a stream of it or, without one, of all; the same from several replays are averaged. */
export function seriesOf(replays: readonly Shown[], stream?: number): Series[] {
  const found = new Map<string, { kind: Series["kind"]; places: Map<string, Place[]> }>();
  for (const { summary } of replays) {
    for (const point of pointsOf(summary)) {
      const { name, kind } = labelOf(point, summary);
      const series = found.get(name) ?? { kind, places: new Map<string, Place[]>() };
      found.set(name, series);
      const place = stream === undefined ? point : point.streams[stream];
      const key = point.budget.toFixed(4);
      const budget = Number(key);
      if (place) series.places.set(key, [...(series.places.get(key) ?? []), { ...place, budget }]);
    }
  }
  const order = { own: 0, rival: 1, O3: 2, O1: 3 };
  return [...found]
    .map(([name, { kind, places }]) => ({
      name,
      kind,
      places: [...places.values()].map(mean).toSorted((a, b) => a.budget - b.budget),
    }))
    .toSorted((a, b) => order[a.kind] - order[b.kind]);
}

/** A replay that tried no other budgets still has its own. */
function pointsOf({ curve, policy, budget, all, streams }: ReplaySummary): Point[] {
  if (curve.length > 0) return curve;
  const rivals = Object.keys(all.compare) as (keyof typeof all.compare)[];
  const optima = all.optima ? (["O1", "O3"] as const) : [];
  const place = ({ share, score }: Omit<Place, "budget">) => ({ share, score });
  return [
    { by: policy, budget: budget.share, ...place(all), streams: streams.map(place) },
    ...rivals.map((by) => ({
      by,
      budget: budget.share,
      ...place(all.compare[by]!),
      streams: streams.map((each) => place(each.compare[by]!)),
    })),
    ...optima.map((by) => ({
      by,
      budget: budget.share,
      ...place(all.optima![by]),
      streams: streams.map((each) => place(each.optima![by])),
    })),
  ];
}

function labelOf({ by }: Point, { policy, policyName }: ReplaySummary): { name: string; kind: Series["kind"] } {
  if (by === "O1") return { name: "O1: hindsight, each answer for its own frame", kind: by };
  if (by === "O3") return { name: "O3: hindsight, corrections carried", kind: by };
  if (by === policy) return { name: policyName === by ? by : `${policyName} (${by})`, kind: "own" };
  return { name: by, kind: "rival" };
}

function mean(places: readonly Place[]): Place {
  const of = (pick: (place: Place) => number) => places.reduce((sum, place) => sum + pick(place), 0) / places.length;
  return { budget: places[0]!.budget, share: of(({ share }) => share), score: of((place) => place.score) };
}

/** The curves of several traces as one: at budgets that all of them tried, each trace as heavy as its frames. */
export function pooled(traces: readonly (readonly Shown[])[]): Series[] {
  const parts = traces.map((replays) => ({ frames: replays[0]!.summary.all.frames, series: seriesOf(replays) }));
  const names = parts[0]!.series.filter(({ name }) => parts.every(({ series }) => series.some((s) => s.name === name)));
  const total = parts.reduce((sum, { frames }) => sum + frames, 0);
  return names.map(({ name, kind }) => {
    const all = parts.map(({ frames, series }) => ({ frames, places: series.find((s) => s.name === name)!.places }));
    const common = all[0]!.places.filter(({ budget }) =>
      all.every(({ places }) => places.some((p) => p.budget === budget)),
    );
    const places = common.map(({ budget }) => {
      const of = (pick: (place: Place) => number) =>
        all.reduce((sum, { frames, places: own }) => sum + frames * pick(own.find((p) => p.budget === budget)!), 0) /
        total;
      return { budget, share: of(({ share }) => share), score: of(({ score }) => score) };
    });
    return { name, kind, places };
  });
}
