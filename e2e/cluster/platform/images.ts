import type { Wrapped } from "@sluice/images";
import { kedaFiles, kedaReason, prometheusFiles, prometheusOperatorFiles } from "@sluice/testkit";

/** How manifests call the images of KEDA and of the Prometheus operator, which are built here from the same programs. */
export const registry = { keda: "ghcr.io/kedacore", operator: "quay.io/prometheus-operator" } as const;

/** Images of what a cluster has before Sluice comes: KEDA, Prometheus and its operator. */
export function platformImages(): readonly Wrapped[] {
  const { operator, reloader, version } = prometheusOperatorFiles();
  const [keda, prometheus] = [kedaFiles!, prometheusFiles()];
  const image = (name: string, program: string, path: string): Wrapped => ({ name, program, path });
  return [
    image(`${registry.keda}/keda:${keda.version}`, keda.operator, "keda"),
    image(`${registry.keda}/keda-metrics-apiserver:${keda.version}`, keda.adapter, "keda-adapter"),
    image(`${registry.operator}/prometheus-operator:${version}`, operator, "bin/operator"),
    image(`${registry.operator}/prometheus-config-reloader:${version}`, reloader, "bin/prometheus-config-reloader"),
    image(`quay.io/prometheus/prometheus:${prometheus.version}`, prometheus.server, "bin/prometheus"),
  ];
}

/** Why there is none of it; undefined where all is there. */
export function platformLack(): string | undefined {
  if (!kedaFiles) return kedaReason;
  try {
    platformImages();
    return undefined;
  } catch (missing) {
    return (missing as Error).message;
  }
}
