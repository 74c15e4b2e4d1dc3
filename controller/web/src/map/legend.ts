// What the colours and lines of a map mean.
import { isDark, OVER, palette, STEP_NAMES } from './colours';

export function fillLegend(element: HTMLElement, hasBreaks: boolean): void {
  const { ramp } = palette();
  element.replaceChildren();
  const add = (text: string) => {
    const item = document.createElement('span');
    item.textContent = text;
    element.append(item);
    return item;
  };
  STEP_NAMES.forEach((name, step) => {
    const swatch = document.createElement('i');
    const gap = isDark() ? '#0e131a' : '#fff';
    swatch.style.background =
      step < OVER
        ? ramp[step]
        : `repeating-linear-gradient(90deg, ${ramp[step]} 0 4px, ${gap} 4px 6px)`;
    add(name).prepend(swatch);
  });
  add('thicker = more capacity');
  add('traffic keeps to the right, › shows its way');
  add('✕ failed   ··· drained');
  if (hasBreaks) add('┊ ocean drawn narrower');
}
