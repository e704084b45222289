import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { writeContents } from "../contents.ts";
import { closure } from "../natives.ts";
import { type Architecture, natives } from "../programs.ts";
import { Buildah } from "./buildah.ts";
import { digestOf } from "./digest.ts";
import { writeRootfs } from "./rootfs.ts";

export interface ArchiveOptions {
  /** The repository. */
  readonly root: string;
  /** Where archives are kept; those of the same content are not built again. */
  readonly folder: string;
  /** Programs to build images of. */
  readonly programs: readonly string[];
  /** Programs of others that this machine has, to be wrapped. */
  readonly wrapped?: readonly Wrapped[];
  /** Told what is being built. */
  readonly say?: (text: string) => void;
}

/** An image of a program of others that this machine has, with the libraries that it needs. */
export interface Wrapped {
  /** As manifests call it, such as `ghcr.io/kedacore/keda:2.21.0`. */
  readonly name: string;
  /** The program on this machine, and where it is in the image. */
  readonly program: string;
  readonly path: string;
}

interface Image {
  readonly name: string;
  readonly dockerfile: string;
  readonly args?: Readonly<Record<string, string>>;
  /** Writes what the Dockerfile's instructions copy. */
  readonly write: (context: string) => void | Promise<void>;
}

/** Nothing is built for other processors than this machine's. */
const architecture: Architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** As containers are called where nobody says by whom. */
const official = (name: string) => `docker.io/library/${name}`;
const bare = (copied: string) => `FROM scratch\nCOPY . /\n${copied}`;

/**
 * Builds the images of Sluice's programs for this machine's processor with buildah, without a registry: on a base made of
 * this machine's Node and libraries. Returns the archives by the names that charts use; `pause` holds a pod's namespaces.
 */
export async function buildArchives(options: ArchiveOptions): Promise<Readonly<Record<string, string>>> {
  const { root } = options;
  const bin = (name: string) => join(root, ".sluice/bin", name);
  const version = versionOf(root);
  const base = await archive(baseImage(root), options);
  const on = { RUN_BASE: `oci-archive:${base}` };
  const built: Record<string, string> = {};
  const add = async (name: string, image: Image) => {
    built[name] = await archive(image, options);
  };
  await add("pause", {
    name: "sluice.local/pause:1",
    dockerfile: bare('ENTRYPOINT ["/pause"]\n'),
    write: (context) => copyFileSync(bin("pause"), join(context, "pause")),
  });
  await add("nats", {
    name: official(`nats:${pinnedNats(root)}`),
    dockerfile: `ARG RUN_BASE\nFROM \${RUN_BASE}\nCOPY . /usr/local/bin/\nUSER 65532:65532\nENTRYPOINT ["nats-server"]\n`,
    args: on,
    write: (context) => copyFileSync(bin("nats-server"), join(context, "nats-server")),
  });
  for (const program of options.programs) await add(program, programImage(root, program, version, on));
  for (const each of options.wrapped ?? []) await add(each.name, wrappedImage(each));
  return built;
}

const wrappedImage = ({ name, program, path }: Wrapped): Image => ({
  name,
  dockerfile: bare(`USER 65532:65532\nENTRYPOINT ["/${path}"]\n`),
  write: (context) => writeRootfs(context, { [path]: program }, []),
});

function baseImage(root: string): Image {
  const nodeModules = join(root, "node_modules");
  const packages = closure(nodeModules, natives, architecture);
  return {
    name: "sluice.local/base:1",
    dockerfile: bare("ENV PATH=/usr/local/bin\n"),
    write: (context) =>
      writeRootfs(
        context,
        { "usr/local/bin/node": join(root, "node_modules/node/bin/node") },
        packages.map(({ name }) => join(nodeModules, name)),
      ),
  };
}

/** Made by the last part of the Dockerfile that everybody uses, with what its first part would make. */
function programImage(root: string, program: string, version: string, base: Readonly<Record<string, string>>): Image {
  const whole = readFileSync(join(root, "deploy/images/Dockerfile"), "utf8");
  const last = whole.slice(whole.indexOf("FROM ${RUN_BASE}"));
  return {
    name: official(`sluice-${program}:${version}`),
    dockerfile: `ARG RUN_BASE\n${last.replace("COPY --from=build /app /app", "COPY . /app")}`,
    args: { ...base, PROGRAM: program, VERSION: version },
    write: (context) => writeContents(context, { program, architecture }),
  };
}

/** Path of an image's archive, which is built unless there is one of this content. */
async function archive(
  { name, dockerfile, args = {}, write }: Image,
  { folder, say }: ArchiveOptions,
): Promise<string> {
  const short = basename(name).replace(/:.*/, "");
  const context = join(folder, "context", short);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  await write(context);
  const path = join(folder, `${short}-${digestOf(context, [name, dockerfile, ...Object.values(args)])}.tar`);
  if (!existsSync(path)) {
    say?.(`building the image ${name}`);
    const older = readdirSync(folder).filter((file) => file.replace(/-[0-9a-f]{16}\.tar$/, "") === short);
    const buildah = new Buildah(join(folder, "buildah"));
    buildah.build(context, dockerfile, name, `${path}.part`, args);
    buildah.forget(name);
    renameSync(`${path}.part`, path);
    for (const file of older) rmSync(join(folder, file));
  }
  rmSync(context, { recursive: true, force: true });
  return path;
}

const versionOf = (root: string): string =>
  (JSON.parse(readFileSync(join(root, "services/cli/package.json"), "utf8")) as { version: string }).version;

function pinnedNats(root: string): string {
  const required = "github.com/nats-io/nats-server/v2 v";
  const line = readFileSync(join(root, "tools/go.mod"), "utf8")
    .split("\n")
    .find((text) => text.includes(required));
  if (line === undefined) throw new Error("tools/go.mod does not require nats-server");
  return line.slice(line.indexOf(required) + required.length).replace(/ .*/, "");
}
