import { until } from "@sluice/testkit";
import { kubectl, patience } from "./fleet.ts";
import { prometheusPath } from "./platform/prometheus.ts";

/** One series of an answer, with its present value. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What Prometheus says, asked by a user through the API server. */
export async function ask<T>(path: string): Promise<T> {
  const { data } = JSON.parse(await kubectl("get", "--raw", `${prometheusPath}/api/v1/${path}`)) as { data: T };
  return data;
}

export async function query(expr: string): Promise<readonly Series[]> {
  return (await ask<{ result: Series[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
}

/** The value of an expression that has one series; undefined where it has none yet. */
export async function figure(expr: string): Promise<number | undefined> {
  const [series] = await query(expr);
  return series && Number(series.value[1]);
}

/** Waits until the one series of an expression is as it should be. */
export async function figureBecomes(expr: string, holds: (value: number) => boolean): Promise<number> {
  const seen = async () => {
    const value = await figure(expr);
    return value !== undefined && holds(value) && { value };
  };
  return (await until(seen, { ...patience, what: expr })).value;
}
