// Means with their intervals, one a row, and a remark beside each.
import { drawing, drawn } from './elements';

export interface Range {
  label: string;
  mean: number;
  low: number;
  high: number;
  colour: string;
  remark: string;
  tone: 'good' | 'bad' | 'plain';
}

const WIDTH = 430;
const ROW = 30;
const LEFT = 112;
const RIGHT = 92;

export function ranges(words: string, rows: Range[], text: (value: number) => string): SVGElement {
  const height = rows.length * ROW;
  const svg = drawing(WIDTH, height + 22, words);
  const high = Math.max(...rows.map((row) => row.high)) * 1.06;
  const low = Math.min(...rows.map((row) => row.low)) * 0.92;
  const x = (value: number) => LEFT + ((value - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT);
  for (let i = 0; i <= 3; i++) {
    const value = low + ((high - low) * i) / 3;
    svg.append(
      drawn('line', { x1: x(value), x2: x(value), y1: 0, y2: height, class: 'axis' }),
      drawn('text', { x: x(value), y: height + 16, 'text-anchor': 'middle', class: 'mute' }, text(value)),
    );
  }
  rows.forEach((row, k) => {
    const y = k * ROW + 15;
    svg.append(
      drawn('text', { x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, row.label),
      drawn('line', {
        x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: row.colour, 'stroke-width': 5,
        'stroke-linecap': 'round', opacity: 0.45,
      }),
      drawn('circle', { cx: x(row.mean), cy: y, r: 5, fill: row.colour }),
      drawn('text', { x: WIDTH - RIGHT + 12, y: y + 4, class: row.tone }, row.remark),
    );
  });
  return svg;
}
