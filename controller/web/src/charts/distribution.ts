// Shares of values at or below each value, one step line a series: the further left, the better.
import { drawing, drawn } from './elements';

export interface Sample {
  label: string;
  steps: { value: number; share: number }[]; // in order of both
  colour: string;
  dash: number[];
  strong: boolean;
}

export interface DistributionContent {
  words: string;
  samples: Sample[];
  low: number;
  high: number; // larger values are drawn at the edge
  logarithmic?: boolean; // low is above 0
  text(value: number): string;
}

const WIDTH = 430;
const HEIGHT = 230;
const LEFT = 40;
const BOTTOM = 28;
const TOP = 10;
const LEGEND = 104;
const MOST_TICKS = 7;

// Every value once, as a step.
export function stepsOf(values: number[]): Sample['steps'] {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.map((value, i) => ({ value, share: (i + 1) / sorted.length }));
}

// Round values between two, not too many.
function ticks(low: number, high: number, logarithmic: boolean): number[] {
  if (!logarithmic) return [0, 1, 2, 3].map((i) => low + ((high - low) * i) / 3);
  const between = (steps: number[]) => {
    const all: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      all.push(...steps.map((step) => step * 10 ** power).filter((v) => v >= low * 0.999 && v <= high * 1.001));
    }
    return all;
  };
  const fine = between([1, 2, 5]);
  if (fine.length <= MOST_TICKS) return fine;
  const decades = between([1]);
  return decades.filter((_, i) => i % Math.ceil(decades.length / MOST_TICKS) === 0);
}

export function distribution({ words, samples, low, high, logarithmic = false, text }: DistributionContent): SVGElement {
  const svg = drawing(WIDTH, HEIGHT, words);
  const scale = (value: number) => (logarithmic ? Math.log(value) : value);
  const [from, to] = [scale(low), scale(high)];
  const x = (value: number) =>
    LEFT + ((scale(Math.max(low, Math.min(value, high))) - from) / (to - from || 1)) * (WIDTH - LEFT - LEGEND);
  const y = (share: number) => HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(
      drawn('line', { x1: LEFT, x2: WIDTH - LEGEND, y1: y(share), y2: y(share), class: 'axis' }),
      drawn('text', { x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end', class: 'mute' }, `${share * 100} %`),
    );
  }
  for (const value of ticks(low, high, logarithmic)) {
    svg.append(drawn('text', { x: x(value), y: HEIGHT - 8, 'text-anchor': 'middle', class: 'mute' }, text(value)));
  }
  samples.forEach((sample, k) => {
    let path = `M${x(sample.steps[0]?.value ?? low).toFixed(1)},${y(0).toFixed(1)}`;
    let last = '';
    for (const { value, share } of sample.steps) {
      const step = `H${x(value).toFixed(1)}V${y(share).toFixed(1)}`;
      // Steps that fall on one pixel are one.
      if (step !== last) path += step;
      last = step;
    }
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
