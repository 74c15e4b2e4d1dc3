// Elements, made of text alone: what comes from the server is never read as markup.
import { plainName } from '../data/text';

type Child = Node | string | null;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: { class?: string; text?: string; [attribute: string]: string | undefined } = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name === 'text') element.textContent = value;
    else if (name === 'class') element.className = value;
    else element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

// A name of somebody else's, set apart so that its direction changes nothing around it.
export function nameOf(name: string): HTMLElement {
  const element = make('bdi', { text: plainName(name) });
  element.title = plainName(name);
  return element;
}

export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function card(title: string, note = ''): { element: HTMLElement; body: HTMLElement; note: HTMLElement } {
  const id = `card-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`;
  const heading = make('h2', { text: title, id });
  const sub = make('p', { class: 'sub', text: note });
  const body = make('div', { class: 'body' });
  const element = make('section', { class: 'card', 'aria-labelledby': id }, heading, sub, body);
  return { element, body, note: sub };
}

// A table that keeps its rows' elements while their number stays, so that focus and selection do too.
export function table(label: string, heads: string[]): { element: HTMLElement; body: HTMLTableSectionElement } {
  const row = make('tr');
  for (const head of heads) row.append(make('th', { scope: 'col', text: head }));
  const body = make('tbody');
  const element = make(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    make('table', {}, make('thead', {}, row), body),
  );
  return { element, body };
}

const two = (value: number) => String(value).padStart(2, '0');

export function clock(ms: number): string {
  const time = new Date(ms);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

// With its date where that is not today's.
export function moment(ms: number): string {
  const time = new Date(ms);
  if (time.toDateString() === new Date().toDateString()) return clock(ms);
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock(ms)}`;
}

export function ago(seconds: number): string {
  if (seconds < 100) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
