// What the lanes of a map are coloured by: how full a link is, or by how much that changed.
import { inkOn, OVER, RAMPS, STEP_NAMES, stepOf } from './colours';

export interface Scheme {
  names: string[]; // of the steps, as the legend has them
  ramp(dark: boolean): string[]; // [steps]
  stepOf(value: number): number;
  // 0 to 5: what is to be seen is drawn later and, on large maps, thicker.
  strength(step: number): number;
  dashed(step: number): boolean; // so that it can be told without colours
  weight(value: number): number; // the largest are labelled, and lie on top
  labelled(value: number): boolean;
  text(value: number): string;
  ink(step: number, dark: boolean): string; // to be read on the step's colour
}

export const LOADS: Scheme = {
  names: STEP_NAMES,
  ramp: (dark) => (dark ? RAMPS.dark : RAMPS.light),
  stepOf,
  strength: (step) => step,
  dashed: (step) => step === OVER,
  weight: (utilization) => utilization,
  labelled: (utilization) => utilization >= 0.7,
  text: (utilization) => `${Math.round(utilization * 100)} %`,
  ink: inkOn,
};

// Of a load over capacity, in the same unit: what is below 0 is less than before.
const CHANGE_STEPS = [-0.25, -0.1, -0.02, 0.02, 0.1, 0.25];
const UNCHANGED = 3;

// Blue for less and orange for more, which those who do not see red or green tell apart too.
export const CHANGES: Scheme = {
  names: ['25 or more points less', '10–25 less', '2–10 less', 'within 2', '2–10 more', '10–25 more', '25 or more points more, dashed'],
  ramp: (dark) =>
    dark
      ? ['#8fd0ff', '#4a97dd', '#2f5f92', '#2c3a4a', '#86591c', '#d98b2b', '#ffd08a']
      : ['#0a3f86', '#3f83c9', '#9cc4ea', '#d3d9e0', '#f2b76c', '#d2690f', '#7f2f00'],
  stepOf(change) {
    let step = 0;
    while (step < CHANGE_STEPS.length && change > CHANGE_STEPS[step]) step++;
    return step;
  },
  strength: (step) => [0, 1, 3, 5][Math.abs(step - UNCHANGED)],
  dashed: (step) => step === CHANGE_STEPS.length,
  weight: Math.abs,
  labelled: (change) => Math.abs(change) >= 0.02,
  text: (change) => points(change),
  ink: (step, dark) => (dark ? '#17202b' : step <= 1 || step >= 5 ? '#fff' : '#17202b'),
};

// "+12", "−3": of a hundred, which is the capacity.
export function points(change: number): string {
  const rounded = Math.round(change * 100);
  return rounded === 0 ? '±0' : `${rounded < 0 ? '−' : '+'}${Math.abs(rounded)}`;
}
