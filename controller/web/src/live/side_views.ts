// Adapters with what they have in force, and the log of what happened.
import { plainName } from '../data/text';
import { ago, card, clock, make, nameOf, setText, table } from './dom';
import type { AdaptersEvent, NoteEvent, PlanEvent } from './feed_types';

export class AdaptersView {
  readonly element: HTMLElement;
  private readonly note: HTMLElement;
  private readonly rows: HTMLTableSectionElement;

  constructor() {
    const parts = card('Adapters', '');
    const rows = table('Adapters, a row each', ['adapter', 'in force', 'lag', 'refused', 'connected']);
    this.element = parts.element;
    this.note = parts.note;
    this.rows = rows.body;
    parts.body.append(rows.element);
  }

  show(adapters: AdaptersEvent | undefined, plan: PlanEvent | undefined, now: number): void {
    const count = adapters?.count ?? 0;
    const shown = adapters?.rows ?? [];
    setText(
      this.note,
      count === 0
        ? 'No adapter is connected: nobody installs the plan.'
        : count > shown.length
          ? `${count} are connected; those furthest behind.`
          : `${count} connected.`,
    );
    this.rows.replaceChildren(
      ...shown.map((adapter) => {
        const row = make('tr');
        const behind = plan === undefined ? 0 : Math.max(0, plan.version - adapter.in_force);
        const name = make('td', {}, nameOf(adapter.name), adapter.primary ? ' (primary)' : '');
        const lag = make('td', { text: adapter.in_force === 0 ? 'none yet' : behind === 0 ? 'none' : String(behind) });
        if (behind > 0) lag.className = 'bad';
        const refused = make('td', { text: String(adapter.nacks) });
        if (adapter.last_error !== '') refused.title = plainName(adapter.last_error);
        if (adapter.nacks > 0) refused.className = 'bad';
        row.append(
          name,
          make('td', { text: String(adapter.in_force) }),
          lag,
          refused,
          make('td', { text: `${ago((now - adapter.connected_ms) / 1e3)} ago` }),
        );
        return row;
      }),
    );
  }
}

const WHAT: Record<string, string> = {
  'link-down': '✕ failed',
  'link-up': 'back',
  drained: 'drained',
  undrained: 'undrained',
  plan: 'plan',
  adapter: 'adapter',
  nack: 'refused',
  telemetry: 'telemetry',
  policy: 'policy',
  store: 'store',
  pins: 'pins',
  topology: 'network',
  here: 'this page',
};

const SHOWN = 200;

export class LogView {
  readonly element: HTMLElement;
  private readonly rows: HTMLTableSectionElement;

  constructor() {
    const parts = card('Events', '');
    const rows = table('Events, the latest first', ['time', 'what', 'details']);
    this.element = parts.element;
    this.element.classList.add('log');
    this.rows = rows.body;
    parts.body.append(rows.element);
  }

  show(notes: NoteEvent[]): void {
    const latest = notes.slice(-SHOWN).reverse();
    this.rows.replaceChildren(
      ...latest.map((note) => {
        const row = make('tr', { class: note.what === 'link-down' || note.what === 'nack' ? 'bad' : undefined });
        row.append(
          make('td', { text: clock(note.t) }),
          make('td', { text: WHAT[note.what] ?? note.what }),
          make('td', { class: 'text' }, nameOf(note.text)),
        );
        return row;
      }),
    );
  }
}
