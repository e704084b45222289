import { buildProgram, type Command } from "@sluice/cli";
import {
  backendSchema,
  catalogue,
  conditionReasons,
  conditionTypes,
  consoleConfigSchema,
  decisionSchema,
  edgeConfigSchema,
  environmentSchema,
  heartbeatSchema,
  inferenceConfigSchema,
  jsonSchema,
  leaseBucket,
  leaseReportSchema,
  leaseSchema,
  limits,
  metrics,
  modelSchema,
  offloadErrorSchema,
  offloadHeaders,
  offloadReplySchema,
  operatorConfigSchema,
  policyBucket,
  policyEvents,
  resultSchema,
  subjects,
  termSchema,
  traceHeaderSchema,
} from "@sluice/contracts";
import { fieldTable } from "./fields.ts";
import { kindSections } from "./kinds.ts";
import { table } from "./sections.ts";

const code = (text: string) => `\`${text}\``;
const fields = (schema: Parameters<typeof jsonSchema>[0]) => () => fieldTable(jsonSchema(schema));
const words = (head: string, meanings: Readonly<Record<string, string>>) => () =>
  table(
    [head, "meaning"],
    Object.entries(meanings).map(([word, meaning]) => [code(word), meaning]),
  );

/** What each generated section of docs/reference says; all of it comes from the code. */
export const sections: Readonly<Record<string, () => string>> = {
  "edge-config": fields(edgeConfigSchema),
  "inference-config": fields(inferenceConfigSchema),
  "console-config": fields(consoleConfigSchema),
  "operator-config": fields(operatorConfigSchema),
  "model-manifest": fields(modelSchema),
  ...kindSections,
  "condition-types": words("type", conditionTypes),
  "condition-reasons": words("reason", conditionReasons),
  "policy-events": words("reason", policyEvents),
  "trace-header": fields(traceHeaderSchema),
  environment: fields(environmentSchema),
  metrics: () =>
    table(
      ["name", "type", "labels", "meaning"],
      Object.entries(metrics).map(([name, spec]) => [
        code(name),
        spec.type,
        spec.labels.map(code).join(", "),
        spec.help,
      ]),
    ),
  errors: () =>
    table(
      ["code", "what follows", "cure"],
      Object.entries(catalogue).map(([name, { consequence, cure }]) => [code(name), consequence, cure]),
    ),
  limits: () =>
    table(
      ["limit", "value"],
      Object.entries(limits).map(([name, value]) => [code(name), String(value)]),
    ),
  subjects: () =>
    table(
      ["subject", "what travels on it"],
      [
        [code(subjects.infer("MODEL", "DEVICE", "STREAM")), "offload: a picture in, an answer out (request and reply)"],
        [code(subjects.result("DEVICE", "STREAM")), "each frame's local answer, and its correction"],
        [code(subjects.decision("DEVICE", "STREAM")), "why a frame was sent or not"],
        [code(subjects.heartbeat("DEVICE")), "a device's sign of life, with its counters"],
        [code(subjects.backend("MODEL", "REPLICA")), "a replica of the cloud service, with its queue"],
        [code(subjects.leaseReport("POLICY", "DEVICE")), "a device's answer to its lease, and its bid for the next"],
      ],
    ),
  headers: () =>
    table(
      ["header", "in the code"],
      Object.entries(offloadHeaders).map(([name, header]) => [code(header), code(name)]),
    ),
  "offload-reply": fields(offloadReplySchema),
  "offload-error": fields(offloadErrorSchema),
  result: () =>
    (jsonSchema(resultSchema).oneOf ?? jsonSchema(resultSchema).anyOf ?? [])
      .map((kind) => fieldTable(kind))
      .join("\n\nor\n\n"),
  decision: fields(decisionSchema),
  heartbeat: fields(heartbeatSchema),
  backend: fields(backendSchema),
  buckets: () =>
    table(
      ["bucket", "key", "value", "written by"],
      [
        [
          code(leaseBucket.name),
          code(leaseBucket.mandate("POLICY")),
          "who hands out leases",
          "operators, by compare-and-swap",
        ],
        [
          code(leaseBucket.name),
          code(leaseBucket.term("POLICY")),
          "the open term, for devices",
          "the operator in charge",
        ],
        [code(leaseBucket.name), code(leaseBucket.lease("POLICY", "DEVICE")), "a lease", "the operator in charge"],
        [
          code(policyBucket.name),
          code(policyBucket.document("DEVICE")),
          "the policy that a device acts on",
          "the operator",
        ],
      ],
    ),
  term: fields(termSchema),
  lease: fields(leaseSchema),
  "lease-report": fields(leaseReportSchema),
  commands: () => {
    const program = buildProgram({ live: false, columns: 100, colors: plain, write: () => {} });
    return [program, ...below(program)].map(helpOf).join("\n\n");
  },
};

/** The help does not use colours; commands are described, not run. */
const plain = {} as never;

const below = (command: Command): Command[] =>
  command.commands.filter((child) => !child.name().startsWith("__")).flatMap((child) => [child, ...below(child)]);

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function helpOf(command: Command): string {
  let text = "";
  command.configureHelp({ ...command.configureHelp(), helpWidth: 100 });
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return `### \`${nameOf(command)}\`\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
}
