// What a training on rates writes (agents/training/flow_run.h).
import type { RawTraining } from '../data/report';
import { percent } from '../data/text';
import { curveOf, plain, type Column, type Stage } from './training_chart';

const KNOWN: Column = { name: 'constant_norm_mlu', label: 'traffic known' };
const PAST: Column = { name: 'lookback_norm_mlu', label: 'from the past' };

function sentence(raw: RawTraining): string {
  const curve = curveOf(raw, KNOWN) ?? curveOf(raw, PAST);
  if (curve === null) return 'It was not validated.';
  const { points } = curve;
  const best = points.reduce((least, p) => (p.y < least.y ? p : least));
  return `The busiest link is ${percent(best.y - 1, 1)} above the optimum at best, at update ${best.x}; it began ${percent(points[0].y - 1, 1)} above.`;
}

export const FLOW_STAGE: Stage = {
  column: 'constant_norm_mlu',
  charts: [
    {
      title: 'Learning curve',
      text: 'Busiest link over that of the optimum (NormMLU) on networks that are never trained on. Lower is better; nothing is below 1.',
      columns: [KNOWN, PAST],
      levels: [{ label: 'optimum', y: 1 }],
      format: plain,
    },
    {
      title: 'Loss while training',
      text: 'What the updates made smaller, on the networks that are trained on.',
      columns: [{ name: 'loss', label: 'loss' }],
      levels: [],
      format: plain,
    },
    {
      title: 'Worst cases',
      text: 'NormMLU of the worst network, and of the 95th percentile. Lower is better.',
      columns: [
        { name: 'constant_worst', label: 'worst' },
        { name: 'lookback_p95', label: 'past, p95' },
      ],
      levels: [{ label: 'optimum', y: 1 }],
      format: plain,
    },
    {
      title: 'Delay',
      text: 'Propagation delay of the plans over that of the shortest paths.',
      columns: [{ name: 'delay_ratio', label: 'delay ratio' }],
      levels: [{ label: 'shortest', y: 1 }],
      format: plain,
    },
  ],
  sentence,
};
