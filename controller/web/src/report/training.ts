// The report of a training: what was learned against what it is measured with, how well rewards were
// foreseen, and what it cost. Each stage says for itself what its columns mean.
import { element } from '../charts/elements';
import type { RawTraining } from '../data/report';
import { appendProvenance, card } from './cards';
import { FLOW_STAGE } from './flow_stage';
import { header, redrawForPrint } from './frame';
import { PACKET_STAGE } from './packet_stage';
import { chartCard, type Stage } from './training_chart';

const STAGES: Stage[] = [PACKET_STAGE, FLOW_STAGE];

function stageOf(raw: RawTraining): Stage {
  const stage = STAGES.find(({ column }) => raw.columns.includes(column));
  if (stage === undefined) throw new Error(`no stage of training is known that has the columns ${raw.columns.join(', ')}`);
  return stage;
}

export function trainingSentence(raw: RawTraining): string {
  const updates = Math.max(...raw.rows.map((row) => row[raw.columns.indexOf('updates')] ?? 0));
  return `After ${updates} updates: ${stageOf(raw).sentence(raw)}`;
}

export function showTraining(raw: RawTraining): void {
  const main = element('main');
  const grid = element('div', 'grid charts');
  for (const chart of stageOf(raw).charts) {
    const made = chartCard(raw, chart);
    if (made !== null) grid.append(made);
  }
  const again = card('Train it again', '', 'wide');
  again.querySelector('.sub')!.remove();
  appendProvenance(again, raw.provenance, [`${raw.rows.length} ${raw.rows.length === 1 ? 'row' : 'rows'} of metrics.csv`], raw.schema);
  grid.append(again);
  // Colours are those of the style, so that a change of the theme needs no drawing.
  main.append(header(raw.title, () => undefined), element('p', 'verdict', trainingSentence(raw)), grid);
  document.getElementById('app')!.append(main);
  redrawForPrint(() => undefined);
  const now = String(Math.round(performance.now()));
  Object.assign(document.documentElement.dataset, { ready: now, complete: now });
}
