// Pairs of values, each pair joined: from the hollow point to the full one.
import { drawing, drawn } from './elements';

export interface Pair {
  label: string;
  from: number;
  to: number;
}

const WIDTH = 420;
const ROW = 21;
const LEFT = 150;

export function dumbbell(words: string, pairs: Pair[], fromColour: string, toColour: string): SVGElement {
  const height = pairs.length * ROW;
  const svg = drawing(WIDTH, height + 24, words);
  const high = pairs.reduce((most, pair) => Math.max(most, pair.from, pair.to), 1.1);
  const x = (value: number) => LEFT + (value / high) * (WIDTH - LEFT - 14);
  for (const value of [0, 0.5, 1]) {
    svg.append(
      drawn('line', { x1: x(value), x2: x(value), y1: 0, y2: height, class: value === 1 ? 'axis limit' : 'axis' }),
      drawn('text', { x: x(value), y: height + 16, 'text-anchor': 'middle', class: 'mute' }, `${value * 100} %`),
    );
  }
  pairs.forEach(({ label, from, to }, k) => {
    const y = k * ROW + 11;
    const line = { x1: x(from), x2: x(to), y1: y, y2: y, class: to < from ? 'better' : 'worse', 'stroke-width': 2.2 };
    const hollow = { cx: x(from), cy: y, r: 4.2, fill: 'var(--card)', stroke: fromColour, 'stroke-width': 2 };
    svg.append(
      drawn('text', { x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, label),
      drawn('line', line),
      drawn('circle', hollow),
      drawn('circle', { cx: x(to), cy: y, r: 4.6, fill: toColour }),
    );
  });
  return svg;
}
