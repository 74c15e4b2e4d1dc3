// The report of a training: what was learned against what it is measured with, how well rewards were
// foreseen, and what it cost.
import { curves, type Curve } from '../charts/curves';
import { element } from '../charts/elements';
import type { RawTraining } from '../data/report';
import { percent } from '../data/text';
import { appendProvenance, card } from './cards';
import { header, redrawForPrint } from './frame';

interface Column {
  name: string;
  label: string;
  low?: string;
  high?: string;
}

interface Chart {
  title: string;
  needs?: string; // a column without which the others mean something else
  text: string;
  columns: Column[];
  levels: { label: string; y: number }[];
  format(value: number): string;
}

const plain = (value: number) => String(Number(value.toPrecision(3)));

// Those are drawn whose columns the run has.
const CHARTS: Chart[] = [
  {
    title: 'Learning curve',
    text: 'Reward on networks that are never trained on, with its 95 % interval; 0 is shortest path on the same flows. Higher is better.',
    columns: [{ name: 'validation_reward', label: 'validation', low: 'validation_low', high: 'validation_high' }],
    levels: [{ label: 'shortest path', y: 0 }],
    format: plain,
  },
  {
    title: 'Learning curve',
    text: 'Busiest link over that of the optimum (NormMLU) on networks that are never trained on. Lower is better; nothing is below 1.',
    columns: [
      { name: 'constant_norm_mlu', label: 'traffic known' },
      { name: 'lookback_norm_mlu', label: 'from the past' },
    ],
    levels: [{ label: 'optimum', y: 1 }],
    format: plain,
  },
  {
    title: 'Reward while training',
    needs: 'reward',
    text: 'Of every update, and the terms that it is the sum of.',
    columns: [
      { name: 'reward', label: 'reward' },
      { name: 'completion', label: 'completion' },
      { name: 'on_time', label: 'on time' },
      { name: 'delay', label: 'delay' },
      { name: 'loss', label: 'loss' },
    ],
    levels: [],
    format: plain,
  },
  {
    title: 'Predicted against measured reward',
    text: 'Share of the variance of measured rewards that the value estimate foresaw; 1 is all of it, 0 none.',
    columns: [{ name: 'explained_variance', label: 'explained' }],
    levels: [{ label: 'all of it', y: 1 }],
    format: plain,
  },
  {
    title: 'Loss while training',
    needs: 'constant_norm_mlu',
    text: 'What the updates made smaller, on the networks that are trained on.',
    columns: [{ name: 'loss', label: 'loss' }],
    levels: [],
    format: plain,
  },
  {
    title: 'Worst cases',
    text: 'NormMLU of the worst network, and of the 95th percentile. Lower is better.',
    columns: [
      { name: 'constant_worst', label: 'worst' },
      { name: 'lookback_p95', label: 'past, p95' },
    ],
    levels: [{ label: 'optimum', y: 1 }],
    format: plain,
  },
  {
    title: 'Delay',
    text: 'Propagation delay of the plans over that of the shortest paths.',
    columns: [{ name: 'delay_ratio', label: 'delay ratio' }],
    levels: [{ label: 'shortest', y: 1 }],
    format: plain,
  },
  {
    title: 'Size of the steps',
    text: 'How far each update moved the policy (KL divergence), and how undecided it still is (entropy).',
    columns: [
      { name: 'kl', label: 'KL' },
      { name: 'entropy', label: 'entropy' },
    ],
    levels: [],
    format: plain,
  },
  {
    title: 'What it cost',
    text: 'Seconds since the run began: inside the simulator, deciding, learning and waiting.',
    columns: [
      { name: 'simulator_s', label: 'simulator' },
      { name: 'acting_s', label: 'deciding' },
      { name: 'learning_s', label: 'learning' },
      { name: 'waiting_s', label: 'waiting' },
    ],
    levels: [],
    format: (value) => `${plain(value)} s`,
  },
];

const COLOURS = ['var(--accent)', 'var(--second)', 'var(--third)', 'var(--mute)', 'var(--bad)'];

function curveOf(raw: RawTraining, column: Column, colour: string): Curve | null {
  const at = (name: string | undefined) => (name === undefined ? -1 : raw.columns.indexOf(name));
  const [x, y, low, high] = [at('updates'), at(column.name), at(column.low), at(column.high)];
  if (y < 0 || x < 0) return null;
  const points = raw.rows
    .filter((row) => row[y] !== null && row[x] !== null)
    .map((row) => ({
      x: row[x]!,
      y: row[y]!,
      ...(low >= 0 && high >= 0 && row[low] !== null ? { low: row[low]!, high: row[high]! } : {}),
    }));
  // What is always 0 was not done.
  return points.every((p) => p.y === 0) ? null : { label: column.label, colour, points };
}

function chartCard(raw: RawTraining, chart: Chart): HTMLElement | null {
  if (chart.needs !== undefined && !raw.columns.includes(chart.needs)) return null;
  const all = chart.columns
    .map((column, k) => curveOf(raw, column, COLOURS[k]))
    .filter((curve): curve is Curve => curve !== null);
  if (all.length === 0) return null;
  const made = card(chart.title, chart.text);
  const words = all
    .map((curve) => {
      const [first, last] = [curve.points[0], curve.points[curve.points.length - 1]];
      return `${curve.label} from ${chart.format(first.y)} to ${chart.format(last.y)}`;
    })
    .join('; ');
  made.append(curves({ words: `${chart.title}: ${words}`, curves: all, levels: chart.levels, xText: 'updates', text: chart.format }));
  return made;
}

function sentence(raw: RawTraining): string {
  const updates = Math.max(...raw.rows.map((row) => row[raw.columns.indexOf('updates')] ?? 0));
  const validation = curveOf(raw, CHARTS[0].columns[0], '');
  if (validation !== null) {
    const { points } = validation;
    const best = points.reduce((most, p) => (p.y > most.y ? p : most));
    const sure = best.low === undefined || best.low > 0 || best.high! < 0;
    const side = best.y > 0 ? 'better than' : 'worse than';
    const change = `from ${plain(points[0].y)} to ${plain(points[points.length - 1].y)}`;
    return `After ${updates} updates the best validation reward is ${plain(best.y)}, at update ${best.x}: ${
      sure ? side : 'not surely other than'
    } shortest path. It went ${change}.`;
  }
  const constant = curveOf(raw, CHARTS[1].columns[0], '') ?? curveOf(raw, CHARTS[1].columns[1], '');
  if (constant !== null) {
    const { points } = constant;
    const best = points.reduce((least, p) => (p.y < least.y ? p : least));
    return `After ${updates} updates the busiest link is ${percent(best.y - 1, 1)} above the optimum at best, at update ${best.x}; it began ${percent(points[0].y - 1, 1)} above.`;
  }
  return `${updates} updates.`;
}

export function showTraining(raw: RawTraining): void {
  const main = element('main');
  const grid = element('div', 'grid charts');
  for (const chart of CHARTS) {
    const made = chartCard(raw, chart);
    if (made !== null) grid.append(made);
  }
  const again = card('Train it again', '', 'wide');
  again.querySelector('.sub')!.remove();
  appendProvenance(again, raw.provenance, [`${raw.rows.length} ${raw.rows.length === 1 ? 'row' : 'rows'} of metrics.csv`], raw.schema);
  grid.append(again);
  // Colours are those of the style, so that a change of the theme needs no drawing.
  main.append(header(raw.title, () => undefined), element('p', 'verdict', sentence(raw)), grid);
  document.getElementById('app')!.append(main);
  redrawForPrint(() => undefined);
  const now = String(Math.round(performance.now()));
  Object.assign(document.documentElement.dataset, { ready: now, complete: now });
}
