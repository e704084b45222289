import { cpSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { natives, type Program } from "./programs.ts";

/** Files that a program finds beside itself are written in TypeScript here and lie there as JavaScript. */
const siblings: Plugin = {
  name: "siblings",
  setup(builder) {
    builder.onLoad({ filter: /[\\/](packages|services|operators)[\\/].*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replace(
        /new URL\("\.\/([a-z-]+)\.ts", import\.meta\.url\)/g,
        'new URL("./$1.js", import.meta.url)',
      ),
    }));
  },
};

/** Packages written as CommonJS look for these names, which a module does not have. */
const commonJs = `import { createRequire as requirer } from "node:module";
const require = requirer(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;
`;

/** Bundles a program of the repository at `root` into `out`; returns what went into it. */
export async function bundle(root: string, { entries, pages }: Program, out: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((path) => ({ in: path, out: basename(path, ".ts") })),
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external: [...natives],
    banner: { js: commonJs },
    legalComments: "linked",
    metafile: true,
    plugins: [siblings],
    logLevel: "warning",
  });
  if (pages) copyPages(root, out);
  return metafile;
}

/** Where `packages/web/src/assets.ts` looks for what browsers get. */
function copyPages(root: string, out: string): void {
  const web = join(root, "packages/web/src");
  for (const folder of ["page", "fleet"]) cpSync(join(web, folder), join(out, folder), { recursive: true });
  cpSync(join(root, "packages/foundation"), join(out, "node_modules/@sluice/foundation"), { recursive: true });
}
