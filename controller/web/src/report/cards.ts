// The cards below the time line. Each is made once and drawn when there is something new to show.
import { distribution, stepsOf } from '../charts/distribution';
import { dumbbell } from '../charts/dumbbell';
import { element } from '../charts/elements';
import type { PolicyLooks } from '../charts/policy_look';
import { ranges } from '../charts/ranges';
import type { Provenance, RawPolicy, Summary } from '../data/report';
import { milliseconds, percent, plainName, shortName } from '../data/text';
import type { ViewState } from './state';
import { known, signed } from './verdict';

const MOST_LINKS = 10;

export function card(title: string, text: string, className = ''): HTMLElement {
  const made = element('section', `card ${className}`.trim());
  made.append(element('h2', '', title), element('p', 'sub', text));
  return made;
}

// Replaces the drawing of a card, or what stands for it.
export function put(into: HTMLElement, child: Element): void {
  const last = into.lastElementChild!;
  if (last.tagName === 'H2' || last.classList.contains('sub')) into.append(child);
  else last.replaceWith(child);
}

export function missing(into: HTMLElement, text: string): void {
  put(into, element('p', 'missing', text));
}

// What two policies do alike draws one line over the other; the legend says so.
function twins(state: ViewState): Map<string, string> {
  const names = new Map<string, string>();
  const { policies } = state.report;
  policies.forEach((policy, i) => {
    const same = policies
      .slice(0, i)
      .find((other) => other.raw.mlu.every((value, k) => Math.abs((value ?? 0) - (policy.raw.mlu[k] ?? 0)) < 1e-4));
    if (same !== undefined) names.set(policy.name, same.name);
  });
  return names;
}

export function label(state: ViewState, name: string, most: number): string {
  const twin = twins(state).get(name);
  return shortName(name, most) + (twin === undefined ? '' : ' =');
}

const DISTRIBUTION_TEXT =
  'Share of intervals at or below this ratio of the busiest link to the optimum (NormMLU). Further left is better.';

export class DistributionCard {
  readonly element = card('How far from the best possible', DISTRIBUTION_TEXT);

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {}

  draw(): void {
    const samples = this.state.report.policies
      .filter((policy) => !policy.raw.omniscient && known(policy.raw.norm).length > 0)
      .map((policy) => ({
        label: label(this.state, policy.name, 11),
        values: known(policy.raw.norm),
        steps: stepsOf(known(policy.raw.norm)),
        colour: this.looks.colour(policy.name),
        dash: this.looks.dash(policy.name),
        strong: policy === this.state.report.featured,
      }));
    if (samples.length === 0) {
      missing(this.element, 'The optimum was not computed. Leave out --no-optimum to see this.');
      return;
    }
    const alike = [...twins(this.state)].map(([name, other]) => `${shortName(name, 24)} does as ${shortName(other, 24)}.`);
    this.element.querySelector('.sub')!.textContent = [DISTRIBUTION_TEXT, ...alike].join(' ');
    const p99 = this.state.report.policies.map((policy) => policy.raw.summary.norm_mlu?.p99 ?? 1);
    const high = Math.max(1.02, Math.min(2.5, Math.max(...p99)));
    const words = samples
      .map((sample) => `${sample.label}: median ${median(sample.values).toFixed(2)}`)
      .join('; ');
    put(
      this.element,
      distribution({ words: `Distribution of NormMLU. ${words}`, samples, low: 1, high, text: (v) => v.toFixed(2) }),
    );
  }
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

export class ChangedLinksCard {
  readonly element = card('Which links changed', '');

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {}

  draw(): void {
    const { report, now, left, right } = this.state;
    const sub = this.element.querySelector('.sub')!;
    sub.textContent = `Largest differences in this interval: ○ ${shortName(left.name, 24)} ● ${shortName(right.name, 24)}`;
    const pairs: { link: number; from: number; to: number }[] = [];
    let least = 0; // what a pair must exceed to be among the largest
    for (let link = 0; link < report.picture.links.length; link++) {
      const from = report.load(left, link, now);
      const to = report.load(right, link, now);
      if (!(Math.abs(to - from) > least)) continue;
      pairs.push({ link, from, to });
      if (pairs.length < 4 * MOST_LINKS) continue;
      pairs.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from)).splice(MOST_LINKS);
      least = Math.abs(pairs[MOST_LINKS - 1].to - pairs[MOST_LINKS - 1].from);
    }
    pairs.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from)).splice(MOST_LINKS);
    if (pairs.length === 0) {
      missing(this.element, 'Both maps show the same loads.');
      return;
    }
    pairs.sort((a, b) => a.to - a.from - (b.to - b.from));
    const rows = pairs.map(({ link, from, to }) => ({
      label: shortName(report.picture.links[link].name.replace('>', ' › '), 22),
      from,
      to,
    }));
    const words = rows.map((row) => `${row.label} ${percent(row.from)} to ${percent(row.to)}`).join('; ');
    put(
      this.element,
      dumbbell(`Links that changed most. ${words}`, rows, this.looks.colour(left.name), this.looks.colour(right.name)),
    );
  }
}

export class CompletionCard {
  readonly element = card(
    'What users feel: flow completion time',
    'The same flows for every policy; bars are 95 % intervals of the mean over the seeds. Change is paired against shortest path.',
  );

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {}

  draw(): void {
    const { report } = this.state;
    const rows = report.policies.flatMap((policy) => {
      const fct = policy.raw.summary.fct_s;
      if (!fct) return [];
      const change = policy === report.reference ? null : policy.raw.summary.versus?.fct;
      const sure = change !== null && change !== undefined && change.low * change.high > 0;
      const tone: 'good' | 'bad' | 'plain' = !sure ? 'plain' : change.mean < 0 ? 'good' : 'bad';
      return [
        {
          ...fct,
          label: shortName(policy.name, 15),
          colour: this.looks.colour(policy.name),
          remark: change ? signed(change.mean) : '–',
          tone,
        },
      ];
    });
    if (rows.length === 0) {
      missing(this.element, 'Flows were not played in this run. Add --simulator ns3 or fluid to see this.');
      return;
    }
    const words = rows.map((row) => `${row.label} ${milliseconds(row.mean * 1e3)}, ${row.remark}`).join('; ');
    put(this.element, ranges(`Flow completion times. ${words}`, rows, (v) => milliseconds(v * 1e3)));
  }
}

interface Column {
  title: string;
  of(summary: Summary, policy: RawPolicy): number;
  text(value: number): string;
  ranked: boolean; // the least is the best
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const COLUMNS: Column[] = [
  { title: 'NormMLU mean', of: (s) => s.norm_mlu?.mean ?? NaN, text: (v) => v.toFixed(3), ranked: true },
  { title: 'p95', of: (s) => s.norm_mlu?.p95 ?? NaN, text: (v) => v.toFixed(3), ranked: true },
  { title: 'worst', of: (s) => s.norm_mlu?.max ?? NaN, text: (v) => v.toFixed(3), ranked: true },
  { title: 'busiest link, p95', of: (s) => s.mlu.p95, text: (v) => percent(v), ranked: true },
  { title: 'lost', of: (_s, p) => mean(known(p.loss)), text: (v) => percent(v, 2), ranked: true },
  { title: 'delay, mean', of: (_s, p) => mean(known(p.delay_ms)), text: milliseconds, ranked: true },
  { title: 'moved a step', of: (s) => s.moved_share.mean, text: (v) => percent(v, 1), ranked: false },
  { title: 'decides in', of: (s) => s.decision_ms.p50, text: milliseconds, ranked: false },
  { title: 'paths a demand', of: (s) => s.paths_per_demand.mean, text: (v) => v.toFixed(2), ranked: false },
  { title: 'least share', of: (s) => s.least_share, text: (v) => percent(v, v < 0.01 ? 2 : 0), ranked: false },
  { title: 'entries of a node', of: (s) => s.most_entries, text: (v) => String(v), ranked: false },
  { title: 'fell back', of: (s) => s.fell_back, text: (v) => String(v), ranked: false },
];

export class PolicyTableCard {
  readonly element = card('All policies', '* best in its column among policies that do not see the future', 'wide all');

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {}

  draw(): void {
    const { policies, featured } = this.state.report;
    const table = element('table');
    const head = element('thead');
    const titles = head.insertRow();
    for (const title of ['policy', ...COLUMNS.map((column) => column.title)]) {
      const cell = element('th', '', title);
      cell.scope = 'col';
      titles.append(cell);
    }
    const rivals = policies.filter((policy) => !policy.raw.omniscient);
    const bests = COLUMNS.map((column) =>
      column.ranked ? Math.min(...rivals.map((p) => column.of(p.raw.summary, p.raw)).filter(Number.isFinite)) : NaN,
    );
    const body = element('tbody');
    for (const policy of policies) {
      const row = body.insertRow();
      if (policy === featured) row.className = 'featured';
      const name = element('th');
      name.scope = 'row';
      const swatch = element('span', 'swatch');
      swatch.style.borderTopColor = this.looks.colour(policy.name);
      const text = element('bdi', '', shortName(policy.name, 60));
      name.append(swatch, text);
      row.append(name);
      COLUMNS.forEach((column, k) => {
        const value = column.of(policy.raw.summary, policy.raw);
        const best = !policy.raw.omniscient && rivals.length > 1 && value === bests[k];
        row.insertCell().textContent = Number.isFinite(value) ? column.text(value) + (best ? ' *' : '') : '–';
      });
    }
    table.append(head, body);
    const scroll = element('div', 'scroll wide');
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', 'All policies');
    scroll.append(table);
    put(this.element, scroll);
  }
}

export function provenanceCard(state: ViewState): HTMLElement {
  const { raw, runs, picture, intervals } = state.report;
  const made = card('Play it again', '', 'wide');
  made.querySelector('.sub')!.remove();
  for (const run of runs) {
    const what = [
      `${run.simulator} simulator`,
      run.load === null ? 'traffic as recorded' : `load ${run.load}`,
      `${picture.nodes.length} nodes, ${picture.links.length} links, ${intervals} intervals, ${run.seeds} ${run.seeds === 1 ? 'seed' : 'seeds'}`,
    ];
    if (raw.map_every > 1) what.push(`maps keep every ${raw.map_every}th interval`);
    appendProvenance(made, run.provenance, what, raw.schema);
  }
  return made;
}

export function appendProvenance(into: HTMLElement, from: Provenance, what: string[], schema: string): void {
  const program = [`rhumb ${from.version}, commit ${from.commit}`, ...from.checkpoints, from.machine, schema];
  into.append(element('pre', '', plainName(from.command)));
  if (what.length > 0) into.append(element('p', 'sub', what.join(' · ')));
  into.append(element('p', 'sub', program.map(plainName).join(' · ')));
}
