// What a training on simulated packets or flows writes (agents/training/packet_log.h).
import type { RawTraining } from '../data/report';
import { curveOf, plain, type Column, type Stage } from './training_chart';

const VALIDATION: Column = { name: 'validation_reward', label: 'validation', low: 'validation_low', high: 'validation_high' };
const MEASURED: Column = { ...VALIDATION, label: 'measured' };
const PREDICTED: Column = { name: 'predicted_reward', label: 'predicted' };
const GAP: Column = {
  name: 'predicted_minus_measured',
  label: 'too much',
  low: 'predicted_low',
  high: 'predicted_high',
};

function learned(raw: RawTraining): string {
  const validation = curveOf(raw, VALIDATION);
  if (validation === null) return 'It was not validated.';
  const { points } = validation;
  const best = points.reduce((most, p) => (p.y > most.y ? p : most));
  const sure = best.low === undefined || best.low > 0 || best.high! < 0;
  const side = best.y > 0 ? 'better than' : 'worse than';
  const change = `from ${plain(points[0].y)} to ${plain(points[points.length - 1].y)}`;
  return `The best validation reward is ${plain(best.y)}, at update ${best.x}: ${
    sure ? side : 'not surely other than'
  } shortest path. It went ${change}.`;
}

// Whether the simulator that is learned from can be believed.
function foreseen(raw: RawTraining): string {
  const gap = curveOf(raw, GAP);
  if (gap === null) return '';
  const { x, y, low, high } = gap.points[gap.points.length - 1];
  const interval = `95 % interval ${plain(low ?? y)} to ${plain(high ?? y)}`;
  const first = gap.points[0];
  const grew = Math.abs(y) > 2 * Math.abs(first.y) && gap.points.length > 1;
  if (low === undefined || low * high! <= 0) {
    return ` What the simulator learned from predicts and what is measured agree: at update ${x} they differ by ${plain(y)} (${interval}).`;
  }
  return ` What the simulator learned from predicts and what is measured part: at update ${x} it promises ${plain(
    Math.abs(y),
  )} too ${y > 0 ? 'much' : 'little'} (${interval})${grew ? `, from ${plain(first.y)} at update ${first.x}` : ''}.`;
}

export const PACKET_STAGE: Stage = {
  column: 'reward',
  charts: [
    {
      title: 'Learning curve',
      text: 'Reward on networks that are never trained on, with its 95 % interval; 0 is shortest path on the same flows. Higher is better.',
      columns: [VALIDATION],
      levels: [{ label: 'shortest path', y: 0 }],
      format: plain,
    },
    {
      title: 'Predicted against measured reward',
      text: 'The same decisions on the same traffic of the validation: as the simulator that is learned from has it, and as the judge measured it, with its 95 % interval. Where the lines part, the agent learns what is not so.',
      columns: [MEASURED, PREDICTED],
      levels: [{ label: 'shortest path', y: 0 }],
      format: plain,
    },
    {
      title: 'Promised too much',
      text: 'Predicted minus measured reward, scenario by scenario, with its 95 % interval. Nearer to 0 is better.',
      columns: [GAP],
      levels: [{ label: 'as measured', y: 0 }],
      format: plain,
    },
    {
      title: 'Checked while training',
      text: 'Episodes of an update that ns-3 played again, the least certain ones: as the corrected simulator had them, and as ns-3 has them.',
      columns: [
        { name: 'truth_measured', label: 'measured' },
        { name: 'truth_predicted', label: 'predicted' },
      ],
      levels: [{ label: 'shortest path', y: 0 }],
      format: plain,
    },
    {
      title: 'Reward while training',
      text: 'Of every update, and the terms that it is the sum of.',
      columns: [
        { name: 'reward', label: 'reward' },
        { name: 'completion', label: 'completion' },
        { name: 'on_time', label: 'on time' },
        { name: 'delay', label: 'delay' },
        { name: 'loss', label: 'loss' },
      ],
      levels: [],
      format: plain,
    },
    {
      title: 'What the value estimate foresaw',
      text: 'Share of the variance of the rewards while training that the learner’s own estimate foresaw; 1 is all of it, 0 none.',
      columns: [{ name: 'explained_variance', label: 'explained' }],
      levels: [{ label: 'all of it', y: 1 }],
      format: plain,
    },
    {
      title: 'Size of the steps',
      text: 'How far each update moved the policy (KL divergence), and how undecided it still is (entropy).',
      columns: [
        { name: 'kl', label: 'KL' },
        { name: 'entropy', label: 'entropy' },
      ],
      levels: [],
      format: plain,
    },
    {
      title: 'What it cost',
      text: 'Seconds since the run began: inside the simulator, deciding, learning and waiting.',
      columns: [
        { name: 'simulator_s', label: 'simulator' },
        { name: 'acting_s', label: 'deciding' },
        { name: 'learning_s', label: 'learning' },
        { name: 'waiting_s', label: 'waiting' },
      ],
      levels: [],
      format: (value) => `${plain(value)} s`,
    },
  ],
  sentence: (raw) => learned(raw) + foreseen(raw),
};
