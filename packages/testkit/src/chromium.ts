import { existsSync } from "node:fs";

const places = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const flags =
  "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** How to start a browser that needs no screen and calls nobody; undefined where there is none. */
export function chromiumLaunch(): { executablePath: string; args: string[] } | undefined {
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  return executablePath === undefined ? undefined : { executablePath, args: flags.split(" ") };
}

/** Why a test that needs a browser is skipped. */
export const chromiumReason = "needs chromium: apt-get install chromium, or name one in CHROMIUM_PATH";
