// The report: two maps, a time line that moves everything, and below it what explains and sums up.
import 'uplot/dist/uPlot.min.css';
import '../style/theme.css';
import './report.css';
import { element } from '../charts/elements';
import { PolicyLooks } from '../charts/policy_look';
import type { RawReport, RawTraining } from '../data/report';
import { Report } from '../data/report_model';
import { ChangedLinksCard, CompletionCard, DistributionCard, PolicyTableCard, provenanceCard } from './cards';
import { chooseTheme, header, redrawForPrint } from './frame';
import { MapViews } from './map_views';
import { SpreadCard } from './spread_card';
import { ViewState } from './state';
import { TimeCard } from './time_card';
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
  const maps = new MapViews(state);
  const time = new TimeCard(state, looks);
  const changed = new ChangedLinksCard(state, looks);
  const why = new WhyCard(state, (left, right) => maps.highlight(left, right));
  const still = [
    new DistributionCard(state, looks),
    new CompletionCard(state, looks),
    new PolicyTableCard(state, looks),
    // Runs of older programs counted none.
    ...(report.policies.some((policy) => policy.raw.distributions) ? [new SpreadCard(state, looks)] : []),
  ];
  let below = false; // the fold: drawn after the first paint

  const update = () => {
    maps.update();
    time.update();
    if (!below) return;
    changed.draw();
    why.draw();
  };
  const redraw = () => {
    maps.restyle();
    time.draw();
    update();
    if (below) for (const one of still) one.draw();
  };
  state.onChange(update);

  const grid = element('div', 'grid');
  const [distribution, completion, table, ...spread] = still;
  grid.append(
    distribution.element, changed.element, why.element, completion.element,
    ...spread.map((one) => one.element), table.element,
    provenanceCard(state),
  );
  await Promise.all([state.left.unpack(), state.right.unpack()]);
  const main = element('main');
  main.append(header(report.raw.title, redraw), verdictLine(report), maps.element, time.element, grid);
  document.getElementById('app')!.append(main);
  redraw();
  redrawForPrint(() => {
    redraw();
    maps.paint();
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
  Object.assign(window, { rhumbReport: { report, state, maps: maps.both, views: maps } });
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
