// Curves over a number, such as the updates of a training, some with a band around them.
import { drawing, drawn } from './elements';

export interface Curve {
  label: string;
  colour: string;
  points: { x: number; y: number; low?: number; high?: number }[];
}

export interface CurvesContent {
  words: string;
  curves: Curve[];
  levels: { label: string; y: number }[]; // dashed lines across
  xText: string;
  text(value: number): string;
}

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 58;
const RIGHT = 140;
const TOP = 12;
const BOTTOM = 40;

export function curves({ words, curves: all, levels, xText, text }: CurvesContent): SVGElement {
  const svg = drawing(WIDTH, HEIGHT, words);
  const points = all.flatMap((curve) => curve.points);
  const ys = [...points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]), ...levels.map((level) => level.y)];
  const least = Math.min(...ys);
  const most = Math.max(...ys);
  const room = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  const [low, high] = [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
  const last = Math.max(1e-9, ...points.map((p) => p.x));
  const x = (value: number) => LEFT + (value / last) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  for (let i = 0; i <= 4; i++) {
    const value = low + ((high - low) * i) / 4;
    svg.append(
      drawn('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: 'axis' }),
      drawn('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end', class: 'mute' }, text(value)),
    );
    const at = (last * i) / 4;
    svg.append(drawn('text', { x: x(at), y: HEIGHT - 22, 'text-anchor': 'middle', class: 'mute' }, String(Number(at.toPrecision(3)))));
  }
  svg.append(drawn('text', { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 5, 'text-anchor': 'middle', class: 'mute' }, xText));
  const labels: { text: string; y: number; colour: string }[] = [];
  for (const level of levels) {
    svg.append(drawn('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(level.y), y2: y(level.y), class: 'axis limit' }));
    labels.push({ text: level.label, y: y(level.y), colour: 'var(--bad)' });
  }
  for (const curve of all) {
    const at = (value: number, k: number) => `${k === 0 ? 'M' : 'L'}${x(curve.points[k].x).toFixed(1)},${y(value).toFixed(1)}`;
    const banded = curve.points.filter((p) => p.low !== undefined && p.high !== undefined);
    if (banded.length > 1) {
      const up = banded.map((p) => `${x(p.x).toFixed(1)},${y(p.high!).toFixed(1)}`);
      const down = banded.map((p) => `${x(p.x).toFixed(1)},${y(p.low!).toFixed(1)}`).reverse();
      svg.append(drawn('path', { d: `M${[...up, ...down].join('L')}Z`, fill: curve.colour, opacity: 0.18 }));
    }
    const path = curve.points.map((p, k) => at(p.y, k)).join('');
    svg.append(drawn('path', { d: path, fill: 'none', stroke: curve.colour, 'stroke-width': 2 }));
    if (curve.points.length < 40) {
      for (const p of curve.points) svg.append(drawn('circle', { cx: x(p.x), cy: y(p.y), r: 2.6, fill: curve.colour }));
    }
    const end = curve.points[curve.points.length - 1];
    if (end) labels.push({ text: curve.label, y: y(end.y), colour: curve.colour });
  }
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, k) => {
    if (k > 0) label.y = Math.max(label.y, labels[k - 1].y + 14);
    svg.append(drawn('text', { x: WIDTH - RIGHT + 8, y: label.y + 4, style: `fill:${label.colour}` }, label.text));
  });
  return svg;
}
