import { matching, type Repository } from "./repository.ts";
import { bytesPerFile, emptyNames, linesPerFile, linesPerTest } from "./rules.ts";

export function fileSizes(repository: Repository): string[] {
  return [...repository.files].flatMap(([path, { bytes, text }]) => {
    if (bytes > bytesPerFile) return [`${path}: ${bytes} bytes, at most ${bytesPerFile}: keep large data out of git`];
    const limit = path.endsWith(".test.ts") ? linesPerTest : linesPerFile;
    const lines = path.endsWith(".ts") ? text.split("\n").length - 1 : 0;
    return lines > limit ? [`${path}: ${lines} lines, at most ${limit}: split it by purpose`] : [];
  });
}

export function namesThatSayNothing(repository: Repository): string[] {
  return [...repository.files.keys()].flatMap((path) => {
    const word = path.split(/[^A-Za-z]+/).find((part) => emptyNames.includes(part.toLowerCase()));
    return word && /\.(ts|js|py|sh)$/.test(path) ? [`${path}: "${word}" says nothing: name it after what it does`] : [];
  });
}

/** Text that must not be in any file: pattern and what to do. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/, "do it now, or open an issue"],
  [
    /(?:^|[^a-z.\w])\/(?:work|farm|root|tmp\/brief|Users\/\w+)\//,
    "a path of one machine: make it relative or a parameter",
  ],
  [/\b(?:it|test|describe)\.(?:only|todo)\(/, "run all tests: take it out"],
];

export function forbiddenText(repository: Repository): string[] {
  return [...matching(repository, /(\.(ts|js|mjs|py|sh|md|ya?ml|json|html|css)|Makefile|\.ci\/run)$/)].flatMap(
    ({ path, text }) =>
      text.split("\n").flatMap((line, index) =>
        forbidden.flatMap(([pattern, cure]) => {
          const hit = pattern.exec(line)?.[0].trim();
          return hit ? [`${path}:${index + 1}: "${hit}": ${cure}`] : [];
        }),
      ),
  );
}

export function lockfile(repository: Repository): string[] {
  return [...matching(repository, /(^|\/)package-lock\.json$/)]
    .filter(({ text }) => /"resolved": "(?!packages|services|operators|deploy|charts|bench|e2e)/.test(text))
    .map(({ path }) => `${path}: names download addresses: run npm install again, with the repository's .npmrc`);
}
