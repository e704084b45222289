import { join } from "node:path";
import { buildArchives, type Wrapped } from "@sluice/images";
import { OneNode, repoRoot } from "@sluice/testkit";

/** Where archives of images are kept between runs. */
const archives = join(repoRoot, ".sluice/images");

const programs = ["edge", "inference", "operator", "console"];

/** Starts a one-node Kubernetes in `folder` that has the images of this clone, and of `wrapped` programs. */
export async function startCluster(
  folder: string,
  say: (text: string) => void,
  wrapped: readonly Wrapped[] = [],
): Promise<OneNode> {
  const { pause, ...images } = await buildArchives({ root: repoRoot, folder: archives, programs, wrapped, say });
  say("starting Kubernetes");
  const node = await OneNode.start(folder, pause!);
  for (const [name, archive] of Object.entries(images)) {
    say(`loading the image of ${name}`);
    node.load(archive);
  }
  return node;
}
