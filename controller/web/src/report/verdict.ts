// One sentence or three from the numbers: who won, by how much, and how near the network was to
// breaking. Nothing in it is fixed: it says so when the agent loses, and when nobody wins.
import { milliseconds, percent, shortName } from '../data/text';
import type { Policy, Report } from '../data/report_model';
import type { RawRun, Series } from '../data/report';

export type Tone = 'good' | 'bad' | 'plain';
export interface Piece {
  text: string;
  tone: Tone;
}

const SAME = 0.001; // scores nearer than that are called equal

export function known(series: Series): number[] {
  return series.filter((value): value is number => value !== null);
}

export function largest(series: Series): number {
  return known(series).reduce((most, value) => Math.max(most, value), -Infinity);
}

// What decides, the less the better: completion times where there are flows, else how far the
// busiest link is from the optimum, else how full it is.
export function score(policy: Policy): number {
  const { summary } = policy.raw;
  return summary.fct_s?.mean ?? summary.norm_mlu?.mean ?? summary.mlu.mean;
}

function compare(a: Policy, b: Policy): -1 | 0 | 1 {
  const difference = score(a) - score(b);
  if (Math.abs(difference) <= SAME * Math.abs(score(b))) return 0;
  return difference < 0 ? -1 : 1;
}

export function verdict(report: Report): Piece[] {
  const a = report.featured;
  const b = report.reference;
  const pieces: Piece[] = [];
  const say = (text: string, tone: Tone = 'plain') => pieces.push({ text, tone });
  if (report.isComparison) sayWhatDiffers(report, say);
  if (a === b) {
    say(`Only ${a.name} was played, so there is nothing to compare it with. `);
    describe(report, a, say);
    nearestToBreaking(report, [a], say);
    return pieces;
  }
  const order = compare(a, b);
  if (order < 0) say(`${a.name} beats ${b.name}. `, 'good');
  else if (order > 0) say(`${a.name} loses to ${b.name}. `, 'bad');
  else say(`${a.name} and ${b.name} are equal. `);
  if (a.raw.summary.fct_s && b.raw.summary.fct_s) flowTimes(report, a, b, say);
  else busiestLinks(report, a, b, say);
  nearOptimum(a, say);
  nearestToBreaking(report, [b, a], say);
  best(report, a, b, say);
  return pieces;
}

const scenario = (run: RawRun) => ({
  traffic: run.traffic,
  load: run.load ?? 'as recorded',
  simulator: run.simulator,
  seeds: run.seeds,
  events: run.events.map((event) => event.text).join(', ') || 'none',
});

function sameTraffic(report: Report): boolean {
  const [a, b] = [report.runs[0], report.runs[report.runs.length - 1]].map(scenario);
  return a.traffic === b.traffic && a.load === b.load;
}

function sayWhatDiffers(report: Report, say: Say): void {
  const [a, b] = report.runs;
  const all = (run: RawRun) =>
    Object.entries({ ...scenario(run), commit: run.provenance.commit, checkpoint: run.provenance.checkpoints.join(', ') || 'none' });
  const other = all(b);
  const differences = all(a)
    .map(([key, value], i) => [key, value, other[i][1]])
    .filter(([, mine, theirs]) => mine !== theirs)
    .map(([key, mine, theirs]) => `${key} (${mine} in A, ${theirs} in B)`);
  say(differences.length === 0 ? 'A and B played the same. ' : `A and B differ in ${differences.join(', ')}. `);
}

type Say = (text: string, tone?: Tone) => void;

function describe(report: Report, policy: Policy, say: Say): void {
  say('The busiest link peaks at ');
  say(percent(largest(policy.raw.mlu)), largest(policy.raw.mlu) > 1 ? 'bad' : 'plain');
  say(` of its capacity over ${report.intervals} intervals. `);
}

function busiestLinks(report: Report, a: Policy, b: Policy, say: Say): void {
  const [peakA, peakB] = [largest(a.raw.mlu), largest(b.raw.mlu)];
  const tone = (mine: number, other: number): Tone =>
    Math.abs(mine - other) < 0.0005 ? 'plain' : mine < other ? 'good' : 'bad';
  say(sameTraffic(report) ? 'On the same traffic its busiest link peaks at ' : 'Its busiest link peaks at ');
  say(percent(peakA), tone(peakA, peakB));
  say(' of its capacity, against ');
  say(percent(peakB), tone(peakB, peakA));
  say(` under ${b.name}. `);
  if (report.raw.simulator !== 'flow') return;
  const over = (policy: Policy) => known(policy.raw.mlu).filter((value) => value > 1).length;
  const [overA, overB] = [over(a), over(b)];
  if (overA === 0 && overB === 0) {
    say('No link is over capacity under either. ');
    return;
  }
  say('A link is over capacity in ');
  say(`${overA} of ${report.intervals}`, tone(overA, overB));
  say(' intervals, against ');
  say(`${overB}`, tone(overB, overA));
  say('. ');
}

function flowTimes(report: Report, a: Policy, b: Policy, say: Say): void {
  const [mine, other] = [a.raw.summary.fct_s!, b.raw.summary.fct_s!];
  // Pairs are of one run.
  const change = report.isComparison ? null : a.raw.summary.versus?.fct;
  say(sameTraffic(report) ? 'The same flows take ' : 'Flows take ');
  say(milliseconds(mine.mean * 1e3), mine.mean < other.mean ? 'good' : 'bad');
  say(` on average, against ${milliseconds(other.mean * 1e3)} under ${b.name}`);
  if (change) {
    const sign = change.mean < 0 ? 'less' : 'more';
    say(`: ${percent(Math.abs(change.mean), 1)} ${sign}`);
    const sure = change.low * change.high > 0;
    say(
      sure
        ? ` (95 % interval ${signed(change.low)} to ${signed(change.high)})`
        : `, which may be chance (95 % interval ${signed(change.low)} to ${signed(change.high)})`,
    );
  }
  say('. ');
}

export function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${percent(Math.abs(share), 1)}`;
}

function nearOptimum(a: Policy, say: Say): void {
  const norm = a.raw.summary.norm_mlu;
  if (!norm) return;
  say(`In 95 % of intervals ${a.name} stays within ${percent(Math.max(0, norm.p95 - 1), 1)} of the best possible routing. `);
}

// The fullest link of all that these policies had, where and when. They must be unpacked.
function nearestToBreaking(report: Report, policies: Policy[], say: Say): void {
  const said = policies.flatMap((policy) => {
    const peak = report.fullest(policy);
    if (peak === null) return [];
    const time = report.time(peak.interval);
    const when = `interval ${report.raw.intervals.number[peak.interval]}${time === '' ? '' : `, ${time}`}`;
    const link = shortName(report.picture.links[peak.link].name, 60);
    return [`under ${shortName(policy.name, 60)} ${link} at ${percent(peak.load)} (${when})`];
  });
  if (said.length > 0) say(`Nearest to breaking: ${said.join('; ')}. `);
}

function best(report: Report, a: Policy, b: Policy, say: Say): void {
  const rivals = report.policies.filter((policy) => !policy.raw.omniscient && policy !== a && policy !== b);
  const better = rivals.filter((policy) => compare(policy, a) < 0).sort((x, y) => score(x) - score(y));
  if (better.length > 0) say(`Of all policies, ${better[0].name} did best.`);
  else if (rivals.length > 0 && compare(a, b) < 0) say('No other policy did better.');
}
