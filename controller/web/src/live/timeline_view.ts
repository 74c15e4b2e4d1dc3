// The busiest link over time, and beneath it what the guard did, a row for each rule that had a say.
import { percent, plainName } from '../data/text';
import { card, clock, make, table } from './dom';
import type { PointEvent, VerdictEvent } from './feed_types';

const SVG = 'http://www.w3.org/2000/svg';
const LEFT = 108;
const RIGHT = 12;
const CHART = 132;
const ROW = 18;
const SHOWN = 100; // verdicts in the table

// What a rule guards, in words; "none" had nothing to say.
const RULES: Record<string, string> = {
  none: 'accepted',
  mlu: 'too busy',
  hysteresis: 'too little gain',
  moved_share: 'moves too much',
  valid_plan: 'not valid',
  routes_all: 'leaves out pairs',
  no_proposal: 'policy late',
  stale_telemetry: 'old telemetry',
  stale_topology: 'network changed',
};

export class TimelineView {
  readonly element: HTMLElement;
  private readonly svg = document.createElementNS(SVG, 'svg');
  private readonly latest = make('p', { class: 'sub' });
  private readonly twin = make('details', { class: 'twin' }, make('summary', { text: 'Verdicts as a table' }));
  private readonly rows = table('Verdicts of the guard, the latest first', ['time', 'verdict', 'by rule', 'in words']);

  constructor() {
    const parts = card('Busiest link and guard', '');
    this.element = parts.element;
    const key = make(
      'p',
      { class: 'key' },
      make('span', { class: 'line now', text: 'measured' }),
      make('span', { class: 'line planned', text: 'plan, computed' }),
      make('span', { class: 'line shadow', text: 'shortest path, computed' }),
      make('span', { class: 'mark good', text: '● accepted' }),
      make('span', { class: 'mark held', text: '◆ held or limited' }),
      make('span', { class: 'mark bad', text: '▲ replaced' }),
    );
    this.svg.setAttribute('role', 'img');
    parts.note.replaceWith(key);
    this.twin.append(this.rows.element);
    this.twin.addEventListener('toggle', () => this.fill());
    parts.body.append(this.svg, this.latest, this.twin);
    new ResizeObserver(() => this.draw()).observe(parts.body);
  }

  private points: PointEvent[] = [];
  private verdicts: VerdictEvent[] = [];

  show(points: PointEvent[], verdicts: VerdictEvent[]): void {
    this.points = points;
    this.verdicts = verdicts;
    this.draw();
    this.fill();
  }

  private fill(): void {
    if (!this.twin.open) return;
    const latest = this.verdicts.slice(-SHOWN).reverse();
    this.rows.body.replaceChildren(
      ...latest.map((verdict) => {
        const row = make('tr');
        row.append(
          make('td', { text: clock(verdict.t) }),
          make('td', { text: plainName(verdict.outcome) }),
          make('td', { text: RULES[verdict.rule] ?? verdict.rule }),
          make('td', { class: 'text', text: verdict.explanation === '' ? '' : plainName(verdict.explanation) }),
        );
        return row;
      }),
    );
  }

  private draw(): void {
    const width = Math.max(240, this.svg.parentElement?.clientWidth ?? 0);
    const rules = [...new Set(this.verdicts.map((verdict) => verdict.rule))].sort(
      (a, b) => Number(b === 'none') - Number(a === 'none') || a.localeCompare(b),
    );
    const height = CHART + 26 + rules.length * ROW + 20;
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.setAttribute('width', String(width));
    this.svg.setAttribute('height', String(height));
    this.svg.replaceChildren();
    const times = [...this.points, ...this.verdicts].map((event) => event.t);
    const last = this.verdicts.at(-1);
    this.latest.textContent =
      last === undefined ? '' : `${clock(last.t)}: ${last.explanation || RULES[last.rule] || last.rule}`;
    if (times.length === 0) {
      this.svg.setAttribute('aria-label', 'nothing has been decided yet');
      return;
    }
    const from = Math.min(...times);
    const to = Math.max(...times, from + 10_000);
    const x = (t: number) => LEFT + ((t - from) / (to - from)) * (width - LEFT - RIGHT);
    const top = Math.max(1.05, ...this.points.map((point) => Math.max(point.mlu, point.planned_mlu, point.shortest_mlu))) * 1.05;
    const y = (mlu: number) => 8 + (1 - mlu / top) * CHART;
    for (const mlu of gridOf(top)) {
      this.add('line', { x1: LEFT, x2: width - RIGHT, y1: y(mlu), y2: y(mlu), class: mlu === 1 ? 'full' : 'grid' });
      this.text(LEFT - 8, y(mlu) + 4, percent(mlu), 'end');
    }
    this.curve((point) => point.shortest_mlu, 'shadow', x, y);
    this.curve((point) => point.planned_mlu, 'planned', x, y);
    this.curve((point) => point.mlu, 'now', x, y);
    rules.forEach((rule, row) => {
      const at = CHART + 26 + row * ROW;
      this.text(LEFT - 8, at + 4, RULES[rule] ?? rule, 'end');
      this.add('line', { x1: LEFT, x2: width - RIGHT, y1: at, y2: at, class: 'grid' });
    });
    for (const verdict of this.verdicts) {
      const at = CHART + 26 + rules.indexOf(verdict.rule) * ROW;
      const mark = this.mark(verdict.outcome, x(verdict.t), at);
      const title = document.createElementNS(SVG, 'title');
      title.textContent = `${clock(verdict.t)} ${verdict.outcome}: ${verdict.explanation || RULES[verdict.rule]}`;
      mark.append(title);
    }
    const foot = height - 6;
    this.text(LEFT, foot, clock(from), 'start');
    this.text(width - RIGHT, foot, clock(to), 'end');
    const point = this.points.at(-1);
    this.svg.setAttribute(
      'aria-label',
      `busiest link ${percent(point?.mlu ?? NaN)} now, ${percent(point?.shortest_mlu ?? NaN)} under shortest path; ` +
        `${this.verdicts.length} verdicts of the guard, ` +
        `${this.verdicts.filter((verdict) => verdict.outcome !== 'accepted').length} of them not to accept`,
    );
  }

  private mark(outcome: string, x: number, y: number): SVGElement {
    if (outcome === 'accepted') return this.add('circle', { cx: x, cy: y, r: 3.2, class: 'mark good' });
    if (outcome.startsWith('replaced')) {
      return this.add('path', { d: `M${x},${y - 5}l5,9h-10z`, class: 'mark bad' });
    }
    return this.add('path', { d: `M${x},${y - 5}l5,5l-5,5l-5,-5z`, class: 'mark held' });
  }

  private curve(
    value: (point: PointEvent) => number,
    name: string,
    x: (t: number) => number,
    y: (mlu: number) => number,
  ): void {
    const path = this.points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.t).toFixed(1)},${y(value(point)).toFixed(1)}`);
    if (path.length > 0) this.add('path', { d: path.join(''), class: `curve ${name}` });
  }

  private text(x: number, y: number, text: string, anchor: string): void {
    this.add('text', { x, y, 'text-anchor': anchor }).textContent = text;
  }

  private add(tag: string, attributes: Record<string, string | number>): SVGElement {
    const element = document.createElementNS(SVG, tag) as SVGElement;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    this.svg.append(element);
    return element;
  }
}

// Four lines at most, 100 % among them.
function gridOf(top: number): number[] {
  const step = top <= 1.6 ? 0.5 : top <= 4 ? 1 : Math.ceil(top / 4);
  const grid = [1];
  for (let mlu = 0; mlu < top; mlu += step) if (mlu !== 1) grid.push(mlu);
  return grid;
}
