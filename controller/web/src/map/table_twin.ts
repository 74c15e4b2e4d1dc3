// What a map shows, as a table: for those who cannot see it, and for copying. Closed until it is
// asked for, and filled only while it is open.
import { percent, plainName, rate } from '../data/text';
import type { MapMoment, MapPicture } from './picture';
import { LOADS, type Scheme } from './scheme';

const MOST_ROWS = 500;

// The columns that stand between the link's name and its capacity; `text` of a link with a known
// value.
export interface TwinColumn {
  title: string;
  text(value: number, link: number): string;
}

const LOAD: TwinColumn[] = [{ title: 'load', text: (value) => percent(value) }];

export class TableTwin {
  readonly element = document.createElement('details');
  private readonly body = document.createElement('tbody');
  private readonly note = document.createElement('p');
  private moment: MapMoment | null = null;

  constructor(
    private readonly picture: MapPicture,
    title: string,
    private readonly columns: TwinColumn[] = LOAD,
    private readonly scheme: Scheme = LOADS,
  ) {
    this.element.className = 'twin';
    const summary = document.createElement('summary');
    summary.textContent = 'Links as a table';
    const scroll = document.createElement('div');
    scroll.className = 'scroll';
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', `${title}: links as a table`);
    const table = document.createElement('table');
    const head = document.createElement('thead');
    const row = head.insertRow();
    for (const text of ['link', ...columns.map((column) => column.title), 'capacity', 'delay', 'state']) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = text;
      row.append(cell);
    }
    table.append(head, this.body);
    this.note.className = 'sub';
    scroll.append(table, this.note);
    this.element.append(summary, scroll);
    this.element.addEventListener('toggle', () => this.fill());
  }

  show(moment: MapMoment): void {
    this.moment = moment;
    this.fill();
  }

  private fill(): void {
    const moment = this.moment;
    if (!this.element.open || moment === null) return;
    const weight = (i: number) => {
      const value = moment.state(i) === 'up' ? this.scheme.weight(moment.utilization[i]) : -1;
      return Number.isFinite(value) ? value : -1;
    };
    const order = this.picture.links.map((_, i) => i).sort((a, b) => weight(b) - weight(a));
    const rows = order.slice(0, MOST_ROWS).map((i) => {
      const link = this.picture.links[i];
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      const name = document.createElement('bdi');
      name.textContent = plainName(link.name);
      head.append(name);
      row.append(head);
      const state = moment.state(i);
      const known = state === 'up' && Number.isFinite(moment.utilization[i]);
      for (const text of [
        ...this.columns.map((column) => (known ? column.text(moment.utilization[i], i) : '–')),
        rate(link.capacityBps),
        `${(link.delayS * 1e3).toFixed(1)} ms`,
        state,
      ]) {
        row.insertCell().textContent = text;
      }
      return row;
    });
    this.body.replaceChildren(...rows);
    const left = order.length - rows.length;
    this.note.textContent = left > 0 ? this.scheme === LOADS ? `and ${left} links that are less full` : `and ${left} links that changed less` : '';
  }
}
