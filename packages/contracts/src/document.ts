import { type Document, parseAllDocuments, parseDocument, stringify } from "yaml";
import * as z from "zod";
import { type ErrorCode, SluiceError } from "./errors.ts";
import { limits } from "./limits.ts";

/** Problems that one message lists; the rest are counted. */
const problemsShown = 50;
/** Any document that is a mapping: to see what was written before defaults fill the rest. */
export const mappingSchema = z.record(z.string(), z.unknown());

/**
 * Reads a YAML (or JSON) document against a schema. Throws one SluiceError with `code` whose message lists every
 * problem at once, a line each: `streams[1].source: …`. Of a text that is no YAML the first problem is told: what a
 * parser finds after it follows from it.
 */
export function readDocument<S extends z.ZodType>(text: string, schema: S, what: string, code: ErrorCode): z.output<S> {
  if (text.length > limits.documentBytes) {
    throw new SluiceError(code, `${what}: larger than ${limits.documentBytes} bytes`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem) throw new SluiceError(code, `${what}: not valid YAML\n${problem.message.trimEnd()}`);
  return validate(yamlValue(document, what, code), schema, what, code);
}

/** Documents of one file. */
const documentsMax = 1_000;

/** The documents of a file with several, `---` between them, as values; empty ones are left out. */
export function readDocuments(text: string, what: string, code: ErrorCode): unknown[] {
  if (text.length > limits.documentBytes) {
    throw new SluiceError(code, `${what}: larger than ${limits.documentBytes} bytes`);
  }
  const documents = parseAllDocuments(text, { prettyErrors: true }) as Document.Parsed[];
  if (documents.length > documentsMax) throw new SluiceError(code, `${what}: more than ${documentsMax} documents`);
  const problem = documents.flatMap(({ errors }) => errors)[0];
  if (problem) throw new SluiceError(code, `${what}: not valid YAML\n${problem.message.trimEnd()}`);
  return documents.map((document) => yamlValue(document, what, code)).filter((value) => value !== null);
}

/** The YAML of a value, which {@link readDocument} reads. */
export const writeDocument = (value: unknown): string =>
  stringify(value, { lineWidth: 120, aliasDuplicateObjects: false });

/** `toJS` expands aliases, which a hostile document can use to blow up: 100 expansions are plenty for a person. */
function yamlValue(document: Pick<Document, "toJS">, what: string, code: ErrorCode): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new SluiceError(code, `${what}: ${(cause as Error).message}`, { cause });
  }
}

/** Checks a value against a schema; problems are reported as {@link readDocument} does. */
export function validate<S extends z.ZodType>(value: unknown, schema: S, what: string, code: ErrorCode): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const shown = issues
    .slice(0, problemsShown)
    .map((issue) => `  ${pathText(issue.path) || "(root)"}: ${issue.message}`);
  const rest = issues.length > shown.length ? [`  … and ${issues.length - shown.length} more`] : [];
  throw new SluiceError(code, `${what}: ${issues.length} problem(s)\n${[...shown, ...rest].join("\n")}`);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, "");
}
