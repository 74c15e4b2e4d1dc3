// The six steps of load and what they are called. Blue against orange, so that they can be told
// apart without red and green; over capacity is dashed as well.

export const STEPS = [0.25, 0.5, 0.7, 0.85, 1];
export const STEP_NAMES = ['under 25 %', '25–50', '50–70', '70–85', '85–100', 'over capacity, dashed'];
export const OVER = STEPS.length;

export const RAMPS = {
  light: ['#c3d0de', '#86b1d9', '#4d87c0', '#dd9a1f', '#d4550f', '#8d0f2b'],
  dark: ['#3a4b60', '#3e72a8', '#5ea5e3', '#f2bb4d', '#ff8038', '#ff5277'],
};

// 0 to 5. A step begins at its limit, but a link at exactly its capacity is not over it.
export function stepOf(utilization: number): number {
  let step = 0;
  while (step < OVER && utilization >= STEPS[step]) step++;
  return step === OVER && utilization <= 1 ? OVER - 1 : step;
}

export function isDark(): boolean {
  return document.documentElement.dataset.theme === 'dark';
}

export interface Palette {
  dark: boolean;
  land: string;
  coast: string;
  node: string;
  halo: string;
  bad: string;
  mute: string;
}

// The colours of the theme in force, read from the page's style.
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const dark = isDark();
  return {
    dark,
    land: of('--land'),
    coast: of('--coast'),
    node: of('--node'),
    halo: of('--halo'),
    bad: of('--bad'),
    mute: of('--mute'),
  };
}

// Ink that can be read on a step's colour.
export function inkOn(step: number, dark: boolean): string {
  return step >= 4 && !dark ? '#fff' : '#17202b';
}
