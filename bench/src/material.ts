import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ModelManifest, modelSchema, readDocument, SluiceError } from "@sluice/contracts";
import { encodeJpeg, readPictures } from "@sluice/imaging";
import { repoRoot, sharedData } from "@sluice/testkit";

/** The models and the footage that is measured with. */
export interface Material {
  /** Paths of manifests. */
  readonly edgeModel: string;
  readonly cloudModel: string;
  /** A clip, as a stream's source. */
  readonly source: string;
}

/** The embedded pair and clip, or else the samples on shared footage, or else why there is nothing to measure with. */
export function findMaterial(): Material {
  const embedded = embeddedMaterial();
  if (embedded) return embedded;
  const shared = sharedData();
  if (shared) {
    const sample = (name: string) => join(repoRoot, `deploy/samples/models/${name}.yaml`);
    const source = `file:${join(shared, "videos/vtest.avi")}`;
    return { edgeModel: sample("fastestdet-352"), cloudModel: sample("yolox-nano-416"), source };
  }
  const message = "neither models/ nor a folder ../shared/data has models and clips; `make train` makes them";
  throw new SluiceError("model-unreadable", message);
}

function embeddedMaterial(): Material | undefined {
  const folder = join(repoRoot, "models");
  const [edgeModel, cloudModel] = ["street-edge.yaml", "street-cloud.yaml"].map((name) => join(folder, name));
  const clips = join(folder, "clips");
  const clip = existsSync(clips)
    ? readdirSync(clips)
        .toSorted()
        .find((name) => name.endsWith(".mp4"))
    : undefined;
  if (!existsSync(edgeModel!) || !existsSync(cloudModel!) || clip === undefined) return undefined;
  return { edgeModel: edgeModel!, cloudModel: cloudModel!, source: `file:${join(clips, clip)}` };
}

/** Name and input of a model, for configurations and for people. */
export async function manifestOf(path: string): Promise<ModelManifest> {
  return readDocument(await readFile(path, "utf8"), modelSchema, path, "manifest-invalid");
}

/** What a report says of the material: `name width×height` of a model, a clip's file. */
export async function describe(material: Material, model: "edgeModel" | "cloudModel"): Promise<Record<string, string>> {
  const { metadata, spec } = await manifestOf(material[model]);
  const name = `${metadata.name} ${spec.input.width}×${spec.input.height}`;
  return { model: name, clip: material.source.split("/").at(-1)! };
}

/** Writes JPEGs of `count` pictures of the clip, `apart` frames from each other, into a folder; returns their paths. */
export async function writeJpegs(material: Material, folder: string, count: number, apart = 10): Promise<string[]> {
  const paths: string[] = [];
  let index = 0;
  for await (const picture of readPictures(material.source)) {
    if (index++ % apart !== 0) continue;
    const { data } = await encodeJpeg(picture, { width: 640, quality: 75 });
    paths.push(join(folder, `${index}.jpg`));
    await writeFile(paths.at(-1)!, data);
    if (paths.length === count) break;
  }
  return paths;
}
