// What the colours and lines of a map mean.
import { isDark } from './colours';
import { LOADS, type Scheme } from './scheme';

export function fillLegend(element: HTMLElement, hasBreaks: boolean, scheme: Scheme = LOADS): void {
  const ramp = scheme.ramp(isDark());
  element.replaceChildren();
  const add = (text: string) => {
    const item = document.createElement('span');
    item.textContent = text;
    element.append(item);
    return item;
  };
  scheme.names.forEach((name, step) => {
    const swatch = document.createElement('i');
    const gap = isDark() ? '#0e131a' : '#fff';
    swatch.style.background =
      scheme.dashed(step)
        ? `repeating-linear-gradient(90deg, ${ramp[step]} 0 4px, ${gap} 4px 6px)`
        : ramp[step];
    add(name).prepend(swatch);
  });
  add('thicker = more capacity');
  add('traffic keeps to the right, › shows its way');
  add('✕ failed   ··· drained');
  if (hasBreaks) add('┊ ocean drawn narrower');
}
