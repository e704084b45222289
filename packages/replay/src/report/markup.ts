/** Text with nothing in it that a browser takes for markup. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)!};`);

/** An element; attributes are escaped, the content is markup already. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ""): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${given.join("")}>${content}</${name}>`;
}

/** A table: a heading row, then rows; cells are markup, the first column names the row, `texts` are columns of words. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts: readonly number[] = [],
): string {
  const kind = (column: number) => (column === 0 || texts.includes(column) ? ' class="text"' : "");
  const cell = (content: string, column: number) =>
    column === 0 ? `<th scope="row" class="text">${content}</th>` : `<td${kind(column)}>${content}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  const heading = head.map((content, column) => `<th scope="col"${kind(column)}>${content}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${heading}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
export const score = (value: number | null | undefined): string => (typeof value === "number" ? value.toFixed(3) : "–");
/** A coordinate in a drawing: a tenth of a pixel is fine enough. */
export const at = (value: number): number => Math.round(value * 10) / 10;
