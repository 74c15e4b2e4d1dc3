// The report: two maps, a time line that moves everything, and below it what explains and sums up.
import 'uplot/dist/uPlot.min.css';
import '../style/theme.css';
import './report.css';
import { element } from '../charts/elements';
import { PolicyLooks } from '../charts/policy_look';
import { readReport, type Report } from '../data/report_model';
import { plainName } from '../data/text';
import { isDark } from '../map/colours';
import { fillLegend } from '../map/legend';
import { ChangedLinksCard, CompletionCard, DistributionCard, PolicyTableCard, provenanceCard } from './cards';
import { MapPanel } from './map_panel';
import { ViewState } from './state';
import { TimeCard } from './time_card';
import { Tip } from './tip';
import { verdict } from './verdict';
import { WhyCard } from './why_card';

function setTheme(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
}

function header(report: Report, redraw: () => void): HTMLElement {
  const made = element('header');
  const title = element('h1');
  title.append(element('bdi', '', plainName(report.raw.title)));
  const theme = element('button', '', 'Dark / light');
  theme.onclick = () => {
    setTheme(isDark() ? 'light' : 'dark');
    redraw();
  };
  const print = element('button', '', 'Print');
  print.onclick = () => window.print();
  made.append(element('span', 'brand', 'rhumb'), title, element('span', 'gap'), theme, print);
  return made;
}

function verdictLine(report: Report): HTMLElement {
  const line = element('p', 'verdict');
  for (const { text, tone } of verdict(report)) {
    if (tone === 'plain') line.append(text);
    else line.append(element('b', tone, text));
  }
  return line;
}

async function show(report: Report): Promise<void> {
  const wished = new URLSearchParams(location.search).get('theme');
  const dark = wished === null ? matchMedia('(prefers-color-scheme: dark)').matches : wished === 'dark';
  setTheme(dark ? 'dark' : 'light');
  document.title = `${plainName(report.raw.title)} – Rhumb report`;

  const state = new ViewState(report);
  const looks = new PolicyLooks(report.policies.map((policy) => policy.name));
  const tip = new Tip();
  const panels = [new MapPanel(state, 'left', tip), new MapPanel(state, 'right', tip)];
  const legend = element('div', 'legend');
  const time = new TimeCard(state, looks);
  const changed = new ChangedLinksCard(state, looks);
  const why = new WhyCard(state, (left, right) => {
    panels[0].highlight(left);
    panels[1].highlight(right);
  });
  const still = [
    new DistributionCard(state, looks),
    new CompletionCard(state, looks),
    new PolicyTableCard(state, looks),
  ];
  let below = false; // the fold: drawn after the first paint

  const update = () => {
    for (const panel of panels) panel.update();
    time.update();
    if (!below) return;
    changed.draw();
    why.draw();
  };
  const redraw = () => {
    fillLegend(legend, report.picture.breaks.length > 0);
    time.draw();
    update();
    if (below) for (const one of still) one.draw();
  };
  state.onChange(update);

  const main = element('main');
  const maps = element('div', 'maps');
  maps.append(...panels.map((panel) => panel.element));
  const grid = element('div', 'grid');
  const [distribution, completion, table] = still;
  grid.append(distribution.element, changed.element, why.element, completion.element, table.element, provenanceCard(state));
  main.append(header(report, redraw), verdictLine(report), maps, legend, time.element, grid);

  await Promise.all([state.left.unpack(), state.right.unpack()]);
  document.getElementById('app')!.append(main);
  redraw();
  addEventListener('beforeprint', () => {
    const was = document.documentElement.dataset.theme;
    setTheme('light');
    redraw();
    for (const panel of panels) panel.map.paint();
    addEventListener('afterprint', () => {
      setTheme(was === 'dark' ? 'dark' : 'light');
      redraw();
    }, { once: true });
  });
  requestAnimationFrame(() => {
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
    setTimeout(() => {
      below = true;
      redraw();
      document.documentElement.dataset.complete = String(Math.round(performance.now()));
    });
  });
  // For tests, which read back what named links look like.
  Object.assign(window, { rhumbReport: { report, state, maps: panels.map((panel) => panel.map) } });
}

function fail(error: unknown): void {
  const text = element('p', 'verdict', `This report cannot be shown: ${error instanceof Error ? error.message : error}`);
  text.setAttribute('role', 'alert');
  document.getElementById('app')!.append(text);
}

try {
  show(readReport()).catch(fail);
} catch (error) {
  fail(error);
}
