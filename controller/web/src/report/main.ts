// The report: two maps, a time line that moves everything, and below it what explains and sums up.
import 'uplot/dist/uPlot.min.css';
import '../style/theme.css';
import './report.css';
import { element } from '../charts/elements';
import { PolicyLooks } from '../charts/policy_look';
import type { RawReport, RawTraining } from '../data/report';
import { Report } from '../data/report_model';
import { fillLegend } from '../map/legend';
import { ChangedLinksCard, CompletionCard, DistributionCard, PolicyTableCard, provenanceCard } from './cards';
import { chooseTheme, header, redrawForPrint } from './frame';
import { MapPanel } from './map_panel';
import { ViewState } from './state';
import { TimeCard } from './time_card';
import { Tip } from './tip';
import { showTraining } from './training';
import { verdict } from './verdict';
import { WhyCard } from './why_card';

function verdictLine(report: Report): HTMLElement {
  const line = element('p', 'verdict');
  for (const { text, tone } of verdict(report)) {
    if (tone === 'plain') line.append(text);
    else line.append(element('b', tone, text));
  }
  return line;
}

async function show(report: Report): Promise<void> {
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
  main.append(header(report.raw.title, redraw), verdictLine(report), maps, legend, time.element, grid);

  await Promise.all([state.left.unpack(), state.right.unpack()]);
  document.getElementById('app')!.append(main);
  redraw();
  redrawForPrint(() => {
    redraw();
    for (const panel of panels) panel.map.paint();
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

async function start(): Promise<void> {
  const raw = JSON.parse(document.getElementById('rhumb-data')!.textContent!) as RawReport | RawTraining;
  chooseTheme(raw.title);
  if (raw.schema === 'rhumb.report/1') await show(new Report(raw as RawReport));
  else if (raw.schema === 'rhumb.training/1') showTraining(raw as RawTraining);
  else throw new Error(`it has the schema ${raw.schema}, which this page does not know`);
}

start().catch(fail);
