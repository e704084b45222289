import { readdirSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, extname, join } from "node:path";

/** One static file of a page, as a web server should hand it out. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** `fleet`: all cameras, fed by a console. `edge`: one device, fed by itself. */
export type PageName = "fleet" | "edge";

const types: Record<string, string> = {
  ".ts": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};

/** Folders that browsers get, by their name under `/assets/`; browsers import `@sluice/foundation` as a sibling. */
const folders = {
  page: join(import.meta.dirname, "page"),
  fleet: join(import.meta.dirname, "fleet"),
  foundation: dirname(createRequire(import.meta.url).resolve("@sluice/foundation")),
};

/**
 * Every static file of a page: `/` and what lies under `/assets/`. TypeScript is handed out without its types and
 * otherwise as it is written, so that nothing has to be built. Reads the disk: call it once, at the start.
 */
export function webAssets(page: PageName): readonly Asset[] {
  const html = readFileSync(join(folders.page, "page.html"), "utf8").replace('data-page=""', `data-page="${page}"`);
  const files = Object.entries(folders).flatMap(([name, folder]) => folderAssets(name, folder));
  return [{ path: "/", type: "text/html; charset=utf-8", body: html }, ...files];
}

function folderAssets(name: string, folder: string): Asset[] {
  return readdirSync(folder)
    .filter((file) => extname(file) in types && !/\.(test|builder)\.ts$/.test(file))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const body = extname(file) === ".ts" ? browserModule(text) : text;
      return { path: `/assets/${name}/${file}`, type: types[extname(file)]!, body };
    });
}

function browserModule(source: string): string {
  return withoutWarnings(() => stripTypeScriptTypes(source)).replaceAll(
    'from "@sluice/foundation"',
    'from "../foundation/index.ts"',
  );
}

/** Node calls stripping experimental on every start; the version of Node is pinned, so that this says nothing new. */
function withoutWarnings<T>(run: () => T): T {
  const emit = Object.getOwnPropertyDescriptor(process, "emitWarning")!;
  Object.defineProperty(process, "emitWarning", { ...emit, value: () => {} });
  try {
    return run();
  } finally {
    Object.defineProperty(process, "emitWarning", emit);
  }
}
