export { type ContentsOptions, writeContents } from "./contents.ts";
export { type Program, programs } from "./programs.ts";
