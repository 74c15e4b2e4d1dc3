// Shares of values at or below each value, one step line a series: the further left, the better.
import { drawing, drawn } from './elements';

export interface Sample {
  label: string;
  values: number[];
  colour: string;
  dash: number[];
  strong: boolean;
}

export interface DistributionContent {
  words: string;
  samples: Sample[];
  low: number;
  high: number; // larger values are drawn at the edge
  text(value: number): string;
}

const WIDTH = 430;
const HEIGHT = 230;
const LEFT = 40;
const BOTTOM = 28;
const TOP = 10;
const LEGEND = 104;

export function distribution({ words, samples, low, high, text }: DistributionContent): SVGElement {
  const svg = drawing(WIDTH, HEIGHT, words);
  const x = (value: number) =>
    LEFT + ((Math.min(value, high) - low) / (high - low || 1)) * (WIDTH - LEFT - LEGEND);
  const y = (share: number) => HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(
      drawn('line', { x1: LEFT, x2: WIDTH - LEGEND, y1: y(share), y2: y(share), class: 'axis' }),
      drawn('text', { x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end', class: 'mute' }, `${share * 100} %`),
    );
  }
  for (let i = 0; i <= 3; i++) {
    const value = low + ((high - low) * i) / 3;
    svg.append(drawn('text', { x: x(value), y: HEIGHT - 8, 'text-anchor': 'middle', class: 'mute' }, text(value)));
  }
  samples.forEach((sample, k) => {
    const sorted = [...sample.values].sort((a, b) => a - b);
    let path = `M${x(sorted[0] ?? low).toFixed(1)},${y(0).toFixed(1)}`;
    let last = '';
    sorted.forEach((value, i) => {
      const step = `H${x(value).toFixed(1)}V${y((i + 1) / sorted.length).toFixed(1)}`;
      // Steps that fall on one pixel are one.
      if (step !== last) path += step;
      last = step;
    });
    path += `H${WIDTH - LEGEND}`;
    const style = {
      fill: 'none',
      stroke: sample.colour,
      'stroke-width': sample.strong ? 2.6 : 1.6,
      'stroke-dasharray': sample.dash.join(' '),
    };
    const at = 24 + k * 18;
    svg.append(
      drawn('path', { d: path, ...style }),
      drawn('line', { x1: WIDTH - LEGEND + 8, x2: WIDTH - LEGEND + 24, y1: at, y2: at, ...style }),
      drawn('text', { x: WIDTH - LEGEND + 28, y: at + 4 }, sample.label),
    );
  });
  return svg;
}
