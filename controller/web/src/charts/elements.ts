// Elements of a page and of a drawing, with text as text and never as markup.

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}

export function drawn(
  tag: string,
  attributes: Record<string, string | number> = {},
  text = '',
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== '') made.textContent = text;
  return made;
}

// A drawing that says in words what it shows.
export function drawing(width: number, height: number, words: string): SVGElement {
  return drawn('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words });
}

export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
