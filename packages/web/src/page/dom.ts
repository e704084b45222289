type Attributes = Record<string, string | number | boolean | null>;
type Child = Node | string;

/** An HTML element. Text goes in as text, never as markup: names and problems come from strangers. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

const svgSpace = "http://www.w3.org/2000/svg";

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(svgSpace, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Sets attributes; `true` is an empty attribute, `false` and null remove it. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const wanted = value === null || value === false ? null : value === true ? "" : String(value);
    if (element.getAttribute(name) === wanted) continue;
    if (wanted === null) element.removeAttribute(name);
    else element.setAttribute(name, wanted);
  }
}

/** Touches the page only where something changed, so that an idle page costs nothing and selections survive. */
export function setText(element: Element, text: string, title?: string): void {
  if (element.textContent !== text) element.textContent = text;
  if (title !== undefined) setAttributes(element, { title: title || null });
}

/** Keeps `parent`'s children equal to `wanted`, moving only what is out of place: focus and pictures stay alive. */
export function setChildren(parent: Element, wanted: readonly Element[]): void {
  const keep = new Set(wanted);
  for (const child of Array.from(parent.children)) if (!keep.has(child)) child.remove();
  wanted.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
}
