export { type Console, startConsole } from "./console.ts";
