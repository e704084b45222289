export { type ContentsOptions, writeContents } from "./contents.ts";
export { type ArchiveOptions, buildArchives, type Wrapped } from "./local/archives.ts";
export { type Program, programs } from "./programs.ts";
