// Columns of a training's metrics as curves, and the card that a chart of them stands in. What the
// columns mean is told by the stage that wrote them.
import { curves, type Curve } from '../charts/curves';
import type { RawTraining } from '../data/report';
import { card } from './cards';

export interface Column {
  name: string;
  label: string;
  low?: string; // columns of an interval around it
  high?: string;
}

export interface Chart {
  title: string;
  text: string;
  columns: Column[];
  levels: { label: string; y: number }[];
  format(value: number): string;
}

// What one stage of `rhumb train` writes, and what is to be said of it.
export interface Stage {
  column: string; // that no other stage has
  charts: Chart[]; // those are drawn whose columns the run has
  sentence(raw: RawTraining): string;
}

export const plain = (value: number) => String(Number(value.toPrecision(3)));

const COLOURS = ['var(--accent)', 'var(--second)', 'var(--third)', 'var(--mute)', 'var(--bad)'];

// Over the updates; null when the run has no such column, and when it is always 0: that was not done.
export function curveOf(raw: RawTraining, column: Column, colour = ''): Curve | null {
  const at = (name: string | undefined) => (name === undefined ? -1 : raw.columns.indexOf(name));
  const [x, y, low, high] = [at('updates'), at(column.name), at(column.low), at(column.high)];
  if (y < 0 || x < 0) return null;
  const points = raw.rows
    .filter((row) => row[y] !== null && row[x] !== null)
    .map((row) => ({
      x: row[x]!,
      y: row[y]!,
      ...(low >= 0 && high >= 0 && row[low] !== null && row[high] !== null ? { low: row[low]!, high: row[high]! } : {}),
    }));
  return points.every((p) => p.y === 0) ? null : { label: column.label, colour, points };
}

export function chartCard(raw: RawTraining, chart: Chart): HTMLElement | null {
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
