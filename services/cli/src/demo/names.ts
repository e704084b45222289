import { basename, extname } from "node:path";

const longest = 63;

/**
 * A device name for each video: its file name as a name may be written (lower-case letters, digits, `-`), made unique
 * by a number.
 */
export function deviceNames(videos: readonly string[]): string[] {
  const taken = new Set<string>();
  return videos.map((video) => {
    const wish = plain(basename(video, extname(video)));
    let name = wish;
    for (let number = 2; taken.has(name); number++)
      name = `${cut(wish, longest - 1 - String(number).length)}-${number}`;
    taken.add(name);
    return name;
  });
}

function plain(text: string): string {
  const letters = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "");
  return cut(letters, longest) || "camera";
}

const cut = (text: string, length: number) => text.slice(0, length).replace(/-$/, "");
