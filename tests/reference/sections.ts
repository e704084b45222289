/** Generated sections of a page stand between `<!-- generated: NAME -->` and `<!-- end of NAME -->`. */
export const sectionNames = (page: string): string[] =>
  [...page.matchAll(/^<!-- generated: ([\w-]+) -->$/gm)].map((hit) => hit[1]!);

/** The page with the section's content replaced. */
export function withSection(page: string, name: string, content: string): string {
  const start = `<!-- generated: ${name} -->\n`;
  const end = `<!-- end of ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no complete section ${name}`);
  return `${page.slice(0, from + start.length)}\n${content.trim()}\n\n${page.slice(to)}`;
}

/** A Markdown table; `|` in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
