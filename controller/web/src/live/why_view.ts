// Which demands left their shortest path, where they go instead, and why: a row that is chosen lights
// up on both maps and is explained by the controller.
import { milliseconds, percent, plainName, rate } from '../data/text';
import { call, type DemandExplanation, type ExplainDecisionResponse, type PathExplanation } from './api';
import { card, make, nameOf, setText, table } from './dom';
import type { Move, PlanEvent } from './feed_types';

export interface WhyListener {
  highlight(now: ReadonlySet<number> | null, shadow: ReadonlySet<number> | null): void;
  // Null for those who may not pin.
  pin: ((demand: DemandExplanation, paths: PathExplanation[]) => Promise<string>) | null;
}

export class WhyView {
  readonly element: HTMLElement;
  private readonly rows: HTMLTableSectionElement;
  private readonly note: HTMLElement;
  private readonly detail = make('div', { class: 'detail', 'aria-live': 'polite' });
  private moves: Move[] = [];
  private chosen: string | null = null;

  constructor(private readonly listener: () => WhyListener) {
    const parts = card('Why', '');
    const rows = table('Demands off their shortest path', ['demand', 'rate', 'off shortest path', 'paths']);
    this.rows = rows.body;
    this.note = parts.note;
    this.element = parts.element;
    parts.body.append(rows.element, this.detail);
  }

  show(plan: PlanEvent | undefined): void {
    this.moves = plan?.moves ?? [];
    setText(
      this.note,
      plan?.moves === null
        ? 'What left its shortest path is being worked out.'
        : this.moves.length === 0
          ? 'Every demand is on its shortest path.'
          : 'Demands with most traffic off their shortest path. Choose one to see its paths.',
    );
    const rows = this.moves.map((move) => {
      const key = keyOf(move);
      const button = make('button', { class: 'row' }, nameOf(move.source), ' → ', nameOf(move.destination));
      button.setAttribute('aria-pressed', String(key === this.chosen));
      button.addEventListener('click', () => this.choose(move));
      const row = make('tr', { class: key === this.chosen ? 'chosen' : undefined });
      row.append(
        make('td', {}, button),
        make('td', { text: rate(move.rate_bps) }),
        make('td', { text: percent(move.off_share) }),
        make('td', { text: String(move.paths.length) }),
      );
      return row;
    });
    const focused = [...this.rows.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
    this.rows.replaceChildren(...rows);
    if (focused >= 0) this.rows.querySelectorAll('button')[focused]?.focus();
    const still = this.moves.find((move) => keyOf(move) === this.chosen);
    if (still !== undefined) this.light(still);
    else if (this.chosen !== null) this.choose(null);
  }

  private choose(move: Move | null): void {
    const key = move === null || keyOf(move) === this.chosen ? null : keyOf(move);
    this.chosen = key;
    for (const [i, row] of [...this.rows.rows].entries()) {
      const on = key !== null && keyOf(this.moves[i]) === key;
      row.className = on ? 'chosen' : '';
      row.querySelector('button')?.setAttribute('aria-pressed', String(on));
    }
    this.detail.replaceChildren();
    if (key === null || move === null) return this.listener().highlight(null, null);
    this.light(move);
    void this.explain(move, key);
  }

  private light(move: Move): void {
    this.listener().highlight(new Set(move.paths.flatMap(([, links]) => links)), new Set(move.shortest));
  }

  private async explain(move: Move, key: string): Promise<void> {
    let demand: DemandExplanation;
    try {
      const request = { source: move.source, destination: move.destination };
      demand = (await call<ExplainDecisionResponse>('explain', request)).demands[0];
    } catch (error) {
      if (this.chosen === key) this.detail.textContent = error instanceof Error ? error.message : 'no answer';
      return;
    }
    if (this.chosen !== key) return;
    const list = make('ul', {});
    for (const path of demand.paths) list.append(make('li', {}, `${percent(path.ratio)} over `, ...pathOf(path)));
    const straight = demand.shortestPath;
    const mean = demand.paths.reduce((sum, path) => sum + path.ratio * seconds(path), 0);
    const children: (Node | null)[] = [
      make('h3', {}, nameOf(demand.source), ' → ', nameOf(demand.destination)),
      make('p', {
        text: `${rate(demand.rateBps)}, ${demand.origin.endsWith('MEASURED') ? 'measured' : 'estimated from link counters'}${
          demand.pinned ? ', pinned by an operator' : demand.pinSuspended ? ', its pin is suspended' : ''
        }.`,
      }),
      list,
      straight === undefined
        ? null
        : make(
            'p',
            {},
            'Shortest path: ',
            ...pathOf(straight),
            ` The detour costs ${milliseconds((mean - seconds(straight)) * 1e3)} on average.`,
          ),
      this.pins(demand),
    ];
    this.detail.replaceChildren(...children.filter((child): child is Node => child !== null));
  }

  private pins(demand: DemandExplanation): HTMLElement | null {
    const pin = this.listener().pin;
    if (pin === null) return null;
    const said = make('span', { role: 'status' });
    const offer = (text: string, paths: PathExplanation[]) => {
      const button = make('button', { text });
      button.addEventListener('click', () => {
        button.disabled = true;
        void pin(demand, paths).then((answer) => {
          said.textContent = answer;
          button.disabled = false;
        });
      });
      return button;
    };
    const box = make('p', { class: 'actions' });
    box.append(offer('Pin to these paths', demand.paths));
    if (demand.shortestPath !== undefined) box.append(offer('Pin to the shortest path', [demand.shortestPath]));
    box.append(said);
    return box;
  }
}

function keyOf(move: Move): string {
  return JSON.stringify([move.source, move.destination]);
}

function seconds(path: PathExplanation): number {
  return Number.parseFloat(path.propagationDelay);
}

function pathOf(path: PathExplanation): (Node | string)[] {
  const links = make('bdi', { class: 'path', text: path.links.map(plainName).join(' · ') });
  return [
    links,
    ` (${milliseconds(seconds(path) * 1e3)}; fullest `,
    nameOf(path.bottleneckLink),
    ` at ${percent(path.bottleneckUtilization)}).`,
  ];
}
