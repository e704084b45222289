/** A module that a file names, and how. A `url` is a program or a worker that the file starts, or a file that it reads. */
export interface Specifier {
  readonly kind: "import" | "url";
  readonly text: string;
  readonly line: number;
}

/** What stands before a literal that names a module: `import`, `from`, `import(…)`, `import.meta.resolve(…)`. */
const beforeImport = /(?:\bfrom|\bimport|\bimport\s*\(|\bimport\.meta\.resolve\s*\()\s*$/;
/** And around one that is a place relative to the file: `new URL(…, import.meta.url)`. */
const beforeUrl = /\bnew\s+URL\s*\(\s*$/;
const afterUrl = /^\s*,\s*import\.meta\.url\b/;
/** After one of these a slash begins a regular expression, else it divides. */
const beforeRegex = /(?:[=([{,;:!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|await|yield)|^)\s*$/;
/** How far back the code before a literal is kept: enough for the longest of the forms above. */
const memory = 60;

/**
 * The specifiers of a TypeScript or JavaScript source. It reads tokens, not grammar: comments, strings, templates and
 * regular expressions are stepped over, so that what merely looks like an import within them is not taken for one.
 */
export function specifiers(source: string): Specifier[] {
  const found: Specifier[] = [];
  let code = "";
  let at = 0;
  while (at < source.length) {
    const token = tokenAt(source, at, code);
    const kind = token.kind === "string" && kindOf(code, source.slice(token.end, token.end + memory));
    if (kind) found.push({ kind, text: source.slice(at + 1, token.end - 1), line: lineOf(source, at) });
    code = (code + token.code).slice(-memory);
    at = token.end;
  }
  return found;
}

function kindOf(before: string, after: string): Specifier["kind"] | undefined {
  if (beforeImport.test(before)) return "import";
  return beforeUrl.test(before) && afterUrl.test(after) ? "url" : undefined;
}

interface Token {
  readonly kind: "comment" | "string" | "template" | "regex" | "other";
  readonly end: number;
  /** What stands for the token in the code before the next one. */
  readonly code: string;
}

function tokenAt(source: string, at: number, code: string): Token {
  const char = source[at]!;
  const pair = source.slice(at, at + 2);
  if (pair === "//") return { kind: "comment", end: endOf(source, "\n", at), code: " " };
  if (pair === "/*") return { kind: "comment", end: endOf(source, "*/", at + 2), code: " " };
  if (char === '"' || char === "'") return { kind: "string", end: closing(source, at, char), code: '""' };
  if (char === "`") return { kind: "template", end: templateEnd(source, at), code: '""' };
  if (char === "/" && beforeRegex.test(code)) return { kind: "regex", end: regexEnd(source, at), code: "0" };
  return { kind: "other", end: at + 1, code: char };
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at < 0 ? source.length : at + mark.length;
}

/** Position after the unescaped `quote` that closes the literal which begins at `start`. */
function closing(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "`") return at + 1;
    else if (source.startsWith("${", at)) at = substitutionEnd(source, at + 2) - 1;
  }
  return source.length;
}

/** Position after the brace that closes a `${`, whose content is code again. */
function substitutionEnd(source: string, start: number): number {
  let depth = 1;
  let code = "";
  let at = start;
  while (at < source.length) {
    if (source[at] === "{") depth++;
    if (source[at] === "}" && --depth === 0) return at + 1;
    const token = tokenAt(source, at, code);
    code = (code + token.code).slice(-memory);
    at = token.end;
  }
  return source.length;
}

function regexEnd(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at];
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if ((char === "/" && !inClass) || char === "\n") return at + 1;
  }
  return source.length;
}

const lineOf = (source: string, at: number): number => source.slice(0, at).split("\n").length;
