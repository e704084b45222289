import {
  asSluiceError,
  edgeDeviceSchema,
  inferenceBackendSchema,
  inferenceModelSchema,
  type OffloadPolicy,
  offloadPolicySchema,
  validate,
} from "@sluice/contracts";
import { exitCodes, UsageError, Verdict } from "../failure.ts";
import { type OutputOptions, put } from "../output/output.ts";
import type { Terminal } from "../terminal.ts";
import { checkBudget } from "./checks/budget.ts";
import { checkDecision } from "./checks/decision.ts";
import type { Check, Finding, World } from "./checks/finding.ts";
import { checkGate } from "./checks/gate.ts";
import { checkReferences } from "./checks/references.ts";
import { checkWaves } from "./checks/waves.ts";
import { readObjects, type Written } from "./documents.ts";

const checks: readonly Check[] = [checkReferences, checkBudget, checkDecision, checkGate, checkWaves];

const schemas = {
  OffloadPolicy: offloadPolicySchema,
  EdgeDevice: edgeDeviceSchema,
  InferenceModel: inferenceModelSchema,
  InferenceBackend: inferenceBackendSchema,
} as const;
type Kind = keyof typeof schemas;

/** What was found in one object. */
export interface Linted {
  readonly where: string;
  readonly kind: string;
  readonly name: string;
  readonly findings: readonly Finding[];
}

export interface LintOptions extends OutputOptions {
  strict?: boolean;
}

/** Checks objects in files without a cluster. The exit code says whether any is wrong. */
export async function lint(files: readonly string[], options: LintOptions, terminal: Terminal): Promise<void> {
  const linted = lintObjects(await readObjects(files));
  if (linted.length === 0) throw new UsageError(`${files.join(", ")}: no object of Sluice's kinds`);
  put(options, terminal, linted, () => linted.map((object) => textOf(object, terminal)).join("\n"));
  const bad = (level: Finding["level"]) =>
    linted.some(({ findings }) => findings.some((found) => found.level === level));
  if (bad("error") || (options.strict && bad("warning"))) throw new Verdict(exitCodes.failure);
}

/** Every object by itself, and each policy in the company of the others. */
export function lintObjects(objects: readonly Written[]): Linted[] {
  const ours = objects.filter((object): object is Written & { kind: Kind } => Object.hasOwn(schemas, object.kind));
  const read = ours.map((object) => ({ object, ...parsed(object) }));
  const of = <T>(kind: Kind) =>
    read.flatMap(({ object, value }) => (object.kind === kind && value ? [value as T] : []));
  const world: World = {
    policies: of("OffloadPolicy"),
    devices: of("EdgeDevice"),
    models: of("InferenceModel"),
    backends: of("InferenceBackend"),
  };
  return read.map(({ object, value, findings }) => {
    const { where, kind, name } = object;
    const semantic =
      kind === "OffloadPolicy" && value ? checks.flatMap((check) => check(value as OffloadPolicy, world)) : [];
    return { where, kind, name, findings: [...findings, ...semantic] };
  });
}

function parsed({ value, kind, where }: Written & { kind: Kind }): { value?: unknown; findings: Finding[] } {
  try {
    return { value: validate(value, schemas[kind], where, "object-invalid"), findings: [] };
  } catch (cause) {
    const [, ...problems] = asSluiceError(cause).message.split("\n");
    return { findings: problems.map(findingOf) };
  }
}

/** `  spec.budget.rate: "fast" is not a rate: …` as a finding. */
function findingOf(line: string): Finding {
  const [at = "", ...says] = line.trim().split(": ");
  return { level: "error", at: at.replace(/^spec[.]/, ""), says: says.join(": ") };
}

function textOf({ where, kind, name, findings }: Linted, { colors }: Terminal): string {
  const head = `${colors.bold(`${kind} ${name}`)} (${where})`;
  if (findings.length === 0) return `${head}: ${colors.green("good")}`;
  const paint = { error: colors.red, warning: colors.yellow };
  const lines = findings.map(({ level, at, says }) => `  ${paint[level](level)} ${at}: ${says}`);
  return [head, ...lines].join("\n");
}
