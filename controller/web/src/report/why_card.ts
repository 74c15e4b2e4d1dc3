// Why the right map differs: the demands that its policy takes off the shortest path, with their
// paths on both maps and what it costs them.
import { element } from '../charts/elements';
import { percent, plainName, rate, shortName } from '../data/text';
import type { MovedDemand } from '../data/report';
import type { Policy } from '../data/report_model';
import type { Highlight } from '../map/picture';
import { card } from './cards';
import type { ViewState } from './state';

const MOST_ROWS = 8;
const MOST_SHARES = 4;

export class WhyCard {
  readonly element = card('Why: demands taken off the shortest path', '');
  private readonly body = element('tbody');
  private readonly table = element('table');
  private readonly words = element('p', 'sub explained');
  private shown: { policy: Policy; all: MovedDemand[][] | null } | null = null;
  private rows: MovedDemand[] = [];

  constructor(
    private readonly state: ViewState,
    private readonly highlight: (left: Highlight, right: Highlight) => void,
  ) {
    const head = element('thead');
    const titles = head.insertRow();
    for (const title of ['demand', 'rate', 'left on it', 'paths: shares in %']) {
      const cell = element('th', '', title);
      cell.scope = 'col';
      titles.append(cell);
    }
    this.table.append(head, this.body);
    this.words.setAttribute('aria-live', 'polite');
    const scroll = element('div', 'scroll wide');
    scroll.append(this.table);
    this.element.append(scroll, this.words);
  }

  draw(): void {
    const policy = this.state.right;
    if (this.shown?.policy !== policy) {
      this.shown = { policy, all: null };
      void policy.why().then((all) => {
        if (this.shown?.policy !== policy) return;
        this.shown = { policy, all };
        this.fill();
      });
    }
    this.fill();
  }

  private fill(): void {
    const sub = this.element.querySelector('.sub')!;
    const name = shortName(this.state.right.name, 30);
    this.rows = this.shown?.all?.[this.state.now]?.slice(0, MOST_ROWS) ?? [];
    this.table.hidden = this.rows.length === 0;
    if (this.rows.length > 0) {
      sub.textContent = `Largest first, under ${name} in this interval. Choose one to see its paths on both maps.`;
    } else if (this.state.right.raw.why === '') {
      sub.textContent = `The reasons of ${name} were not kept: a report keeps those of the agent and as many more as fit.`;
    } else {
      sub.textContent = `In this interval ${name} leaves every demand on its shortest path.`;
    }
    const focused = [...this.body.rows].indexOf(document.activeElement as HTMLTableRowElement);
    this.body.replaceChildren(...this.rows.map((demand, k) => this.row(demand, k)));
    if (focused >= 0) this.body.rows[focused]?.focus();
    this.explain();
  }

  private row(demand: MovedDemand, k: number): HTMLTableRowElement {
    const [source, destination, bps, shares, , left] = demand;
    const { nodes } = this.state.report.picture;
    const row = element('tr', k === this.state.chosen ? 'chosen' : '');
    row.tabIndex = 0;
    row.setAttribute('aria-selected', String(k === this.state.chosen));
    const name = row.insertCell();
    const text = element('bdi', '', `${shortName(nodes[source].name, 14)} › ${shortName(nodes[destination].name, 14)}`);
    name.title = `${plainName(nodes[source].name)} › ${plainName(nodes[destination].name)}`;
    name.append(text);
    const listed = shares.slice(0, MOST_SHARES).map(([, share]) => Math.round(share / 10));
    const more = shares.length > MOST_SHARES ? ' …' : '';
    row.insertCell().textContent = rate(bps);
    row.insertCell().textContent = percent(left / 1000);
    row.insertCell().textContent = `${shares.length}: ${listed.join(' / ')}${more}`;
    const act = () => this.state.choose(this.state.chosen === k ? -1 : k);
    row.onclick = act;
    row.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      act();
      event.preventDefault();
    };
    return row;
  }

  private explain(): void {
    const { report } = this.state;
    const chosen = this.rows[this.state.chosen];
    if (chosen === undefined) {
      this.highlight(null, null);
    } else {
      const shortest = report.raw.paths[chosen[4]] ?? [];
      this.highlight(new Set(shortest), new Set(chosen[3].flatMap(([path]) => report.raw.paths[path])));
    }
    // Without a choice, of the largest: a reason is there before anyone asks for it.
    const told = chosen ?? this.rows[0];
    this.words.textContent = told === undefined ? '' : this.reason(told);
  }

  private reason(demand: MovedDemand): string {
    const { report, left, right, now } = this.state;
    const { links, nodes } = report.picture;
    const [source, destination, bps, paths] = demand;
    const shortest = report.raw.paths[demand[4]] ?? [];
    // What every link of it would carry with all of the demand back on it.
    const back = (link: number) => {
      const there = paths.filter(([path]) => report.raw.paths[path].includes(link)).reduce((sum, [, share]) => sum + share, 0);
      return report.load(right, link, now) + ((1 - there / 1000) * bps) / links[link].capacityBps;
    };
    const fullest = shortest.reduce((most, link) => (most < 0 || back(link) > back(most) ? link : most), -1);
    const delay = (path: number[]) => path.reduce((sum, link) => sum + links[link].delayS * 1e3, 0);
    const shares = paths.reduce((sum, [, share]) => sum + share, 0) || 1;
    const taken = paths.reduce((sum, [path, share]) => sum + (share / shares) * delay(report.raw.paths[path]), 0);
    const cost = taken - delay(shortest);
    const detour =
      cost >= 0.05
        ? `The detour costs it ${cost.toFixed(1)} ms of propagation on average.`
        : 'Its paths are as fast.';
    const name = `${shortName(nodes[source].name, 24)} › ${shortName(nodes[destination].name, 24)}: `;
    return (
      name +
      (fullest < 0
        ? detour
        : `with all of it on its shortest path (${delay(shortest).toFixed(1)} ms), ${shortName(links[fullest].name, 40)} ` +
          `would be at ${percent(back(fullest))} of its capacity; it is at ${percent(report.load(right, fullest, now))} ` +
          `under ${shortName(right.name, 40)}, at ${percent(report.load(left, fullest, now))} under ${shortName(left.name, 40)}. ${detour}`)
    );
  }
}
