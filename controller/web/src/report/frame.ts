// What every report has around it: theme, title, print.
import { element } from '../charts/elements';
import { plainName } from '../data/text';
import { isDark } from '../map/colours';

function setTheme(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
}

// What the address asks for, else the system.
export function chooseTheme(title: string): void {
  const wished = new URLSearchParams(location.search).get('theme');
  const dark = wished === null ? matchMedia('(prefers-color-scheme: dark)').matches : wished === 'dark';
  setTheme(dark ? 'dark' : 'light');
  document.title = `${plainName(title)} – Rhumb report`;
}

export function header(title: string, redraw: () => void): HTMLElement {
  const made = element('header');
  const text = element('h1');
  text.append(element('bdi', '', plainName(title)));
  const theme = element('button', '', 'Dark / light');
  theme.onclick = () => {
    setTheme(isDark() ? 'light' : 'dark');
    redraw();
  };
  const print = element('button', '', 'Print');
  print.onclick = () => window.print();
  made.append(element('span', 'brand', 'rhumb'), text, element('span', 'gap'), theme, print);
  return made;
}

// On paper everything is light; `redraw` must have drawn when it returns.
export function redrawForPrint(redraw: () => void): void {
  addEventListener('beforeprint', () => {
    const was = isDark() ? 'dark' : 'light';
    setTheme('light');
    redraw();
    addEventListener('afterprint', () => {
      setTheme(was);
      redraw();
    }, { once: true });
  });
}
