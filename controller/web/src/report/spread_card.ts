// How completion times and delays are spread: what a mean hides. Counted by the simulator, flow by
// flow and packet by packet; drawn of nothing else.
import { distribution, type Sample } from '../charts/distribution';
import { element } from '../charts/elements';
import type { PolicyLooks } from '../charts/policy_look';
import { cumulative, edge, merged, total, type RawHistogram } from '../data/histogram';
import type { Quantiles, RawDistributions, Summary } from '../data/report';
import type { Policy } from '../data/report_model';
import { milliseconds, percent, shortName } from '../data/text';
import { card, label, missing, put } from './cards';
import type { ViewState } from './state';

interface Quantity {
  title: string;
  unit: string; // what is counted
  times(d: RawDistributions): RawHistogram;
  of(d: RawDistributions): number; // how many there were, counted or not
  quantiles(summary: Summary): Quantiles | null | undefined; // in milliseconds
}

const inMs = (quantiles: Quantiles | null | undefined): Quantiles | null => {
  if (!quantiles) return null;
  const times = (value: number | null) => (value === null ? null : value * 1e3);
  return { p50: times(quantiles.p50), p90: times(quantiles.p90), p99: times(quantiles.p99) };
};

const QUANTITIES: Quantity[] = [
  {
    title: 'completion time of all flows',
    unit: 'flows',
    times: (d) => merged(d.mice_times, d.elephant_times),
    of: (d) => d.flows,
    quantiles: (s) => inMs(s.fct_quantiles_s?.all),
  },
  {
    title: 'completion time of mice, below 200 kB',
    unit: 'flows',
    times: (d) => d.mice_times,
    of: (d) => d.mice,
    quantiles: (s) => inMs(s.fct_quantiles_s?.mice),
  },
  {
    title: 'completion time of elephants, 200 kB and more',
    unit: 'flows',
    times: (d) => d.elephant_times,
    of: (d) => d.flows - d.mice,
    quantiles: (s) => inMs(s.fct_quantiles_s?.elephants),
  },
  {
    title: 'one-way delay of packets',
    unit: 'packets',
    times: (d) => d.packet_delays,
    of: (d) => total(d.packet_delays),
    quantiles: (s) => s.delay_quantiles_ms,
  },
];

export class SpreadCard {
  readonly element = card('How long it takes: the whole spread', '', 'two');
  private readonly select = element('select');
  private readonly body = element('div', 'spread');

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {
    this.select.setAttribute('aria-label', 'what is spread');
    QUANTITIES.forEach((quantity, i) => {
      if (!state.report.policies.some((policy) => this.has(policy, quantity))) return;
      const option = element('option', '', quantity.title);
      option.value = String(i);
      this.select.append(option);
    });
    this.select.onchange = () => this.draw();
    if (this.select.options.length > 0) this.element.insertBefore(this.select, this.element.querySelector('.sub'));
  }

  draw(): void {
    const { report } = this.state;
    const sub = this.element.querySelector('.sub')!;
    if (this.select.options.length === 0) {
      sub.textContent = '';
      missing(this.element, this.whyNone());
      return;
    }
    const quantity = QUANTITIES[Number(this.select.value)];
    const policies = report.policies.filter((policy) => this.has(policy, quantity));
    const runs = [...new Set(policies.map((policy) => report.runOf(policy)))];
    const seeds = runs.map((run) => `${run.seeds} ${run.seeds === 1 ? 'seed' : 'seeds'}`).join(' and ');
    const most = Math.max(...policies.map((policy) => quantity.of(policy.raw.distributions!)));
    const words = [
      `Share of ${quantity.unit} done within a time, of all intervals and ${seeds} together: up to ${most.toLocaleString('en')} ${quantity.unit} a policy. Further left is better.`,
    ];
    if (quantity.unit === 'flows') words.push('A line that ends below 100 % leaves flows that did not finish.');
    if (runs.some((run) => run.simulator === 'fluid')) {
      words.push('Lines are the fluid simulator’s own, while the means beside them are corrected towards ns-3.');
    }
    sub.textContent = words.join(' ');
    this.body.replaceChildren(this.chart(quantity, policies), this.table(quantity, policies));
    put(this.element, this.body);
  }

  private has(policy: Policy, quantity: Quantity): boolean {
    const { distributions } = policy.raw;
    return distributions !== undefined && quantity.of(distributions) > 0;
  }

  private whyNone(): string {
    if (this.state.report.runs.some((run) => run.simulator === 'flow')) {
      return 'The flow simulator plays rates: it has neither single flows nor packets, so there is no spread to show. Add --simulator ns3 or fluid to see it.';
    }
    return 'No flow started and no packet arrived in this run.';
  }

  private chart(quantity: Quantity, policies: Policy[]): SVGElement {
    const samples: Sample[] = policies.map((policy) => {
      const d = policy.raw.distributions!;
      return {
        label: label(this.state, policy.name, 11),
        steps: cumulative(quantity.times(d), quantity.of(d)),
        colour: this.looks.colour(policy.name),
        dash: this.looks.dash(policy.name),
        strong: policy === this.state.report.featured,
      };
    });
    const all = policies.map((policy) => quantity.times(policy.raw.distributions!)).filter(([, counts]) => counts.length > 0);
    const low = Math.min(1, ...all.map(([first]) => edge(first)));
    const high = Math.max(low * 2, ...all.map(([first, counts]) => edge(first + counts.length)));
    const words = policies.map((policy) => `${shortName(policy.name, 24)}: ${this.inWords(quantity, policy)}`).join('; ');
    return distribution({
      words: `Distribution of the ${quantity.title}. ${words}`,
      samples,
      low,
      high,
      logarithmic: true,
      text: (v) => milliseconds(v * 1e3),
    });
  }

  private inWords(quantity: Quantity, policy: Policy): string {
    const q = quantity.quantiles(policy.raw.summary);
    return `half within ${milliseconds(q?.p50 ?? NaN)}, 99 % within ${milliseconds(q?.p99 ?? NaN)}`;
  }

  // The same in numbers, for those who cannot see the lines and those who want to quote them.
  private table(quantity: Quantity, policies: Policy[]): HTMLElement {
    const table = element('table');
    const titles = table.createTHead().insertRow();
    for (const title of ['policy', 'p50', 'p90', 'p99', ...(quantity.unit === 'flows' ? ['not finished'] : [])]) {
      const cell = element('th', '', title);
      cell.scope = 'col';
      titles.append(cell);
    }
    const body = table.createTBody();
    for (const policy of policies) {
      const d = policy.raw.distributions!;
      const row = body.insertRow();
      if (policy === this.state.report.featured) row.className = 'featured';
      const name = element('th');
      name.scope = 'row';
      const swatch = element('span', 'swatch');
      swatch.style.borderTopColor = this.looks.colour(policy.name);
      name.append(swatch, element('bdi', '', shortName(policy.name, 24)));
      row.append(name);
      const q = quantity.quantiles(policy.raw.summary);
      for (const value of [q?.p50, q?.p90, q?.p99]) {
        row.insertCell().textContent = value === null || value === undefined ? 'not all done' : milliseconds(value);
      }
      if (quantity.unit !== 'flows') continue;
      const left = 1 - total(quantity.times(d)) / quantity.of(d);
      row.insertCell().textContent = percent(left, left > 0 && left < 0.1 ? 2 : 0);
    }
    const scroll = element('div', 'scroll wide');
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', `${quantity.title} as a table`);
    scroll.append(table);
    return scroll;
  }
}
