// A report as the page works with it: what is packed is unpacked when it is first looked at.
import type { LinkState, MapMoment, MapPicture } from '../map/picture';
import type { MovedDemand, RawPolicy, RawReport, RawRun } from './report';
import { UNKNOWN, unpackJson, unpackLoads } from './unpack';

export const REFERENCE = 'shortest-path';

export class Policy {
  private loads: Promise<Uint16Array | null> | null = null;
  private reasons: Promise<MovedDemand[][] | null> | null = null;
  unpacked: Uint16Array | null = null; // [links * moments], per mille

  constructor(
    readonly raw: RawPolicy,
    private readonly links: number,
    private readonly moments: number,
  ) {}

  get name(): string {
    return this.raw.name;
  }

  // Without the run that it is of.
  get plainName(): string {
    return this.raw.run === undefined ? this.name : this.name.replace(/^[AB] · /, '');
  }

  async unpack(): Promise<void> {
    this.loads ??= this.raw.utilization === '' ? Promise.resolve(null) : unpackLoads(this.raw.utilization, this.links, this.moments);
    this.unpacked = await this.loads;
  }

  // By interval; null: not kept.
  why(): Promise<MovedDemand[][] | null> {
    this.reasons ??= this.raw.why === '' ? Promise.resolve(null) : unpackJson<MovedDemand[][]>(this.raw.why);
    return this.reasons;
  }
}

// The states of links over the intervals of a run.
class LinkStates {
  private readonly changing: Uint8Array[] = []; // of links that ever change, by interval
  private readonly row: Int32Array; // [links], index in `changing`, -1: always up

  constructor(states: RawRun['states'], links: number, intervals: number) {
    this.row = new Int32Array(links).fill(-1);
    for (const [link, state, from, to] of states) {
      if (this.row[link] < 0) this.row[link] = this.changing.push(new Uint8Array(intervals)) - 1;
      this.changing[this.row[link]].fill(state, from, to);
    }
  }

  at(link: number, interval: number): LinkState {
    const row = this.row[link];
    const state = row < 0 ? 0 : this.changing[row][interval];
    return state === 1 ? 'failed' : state === 2 ? 'drained' : 'up';
  }
}

export class Report {
  readonly picture: MapPicture;
  readonly policies: Policy[];
  readonly intervals: number;
  private readonly moments: number;
  readonly runs: RawRun[]; // two of a comparison
  private readonly states: LinkStates[]; // [runs]

  constructor(readonly raw: RawReport) {
    const { topology } = raw;
    this.picture = {
      width: topology.width,
      height: topology.height,
      coast: topology.coast,
      breaks: topology.breaks,
      nodes: topology.nodes.map(([name, description, x, y]) => ({ name, description, x, y })),
      links: topology.links.map(([source, destination, capacityBps, delayS, name]) => ({
        name,
        source,
        destination,
        capacityBps,
        delayS,
      })),
    };
    this.intervals = raw.intervals.number.length;
    this.moments = Math.ceil(this.intervals / raw.map_every);
    this.policies = raw.policies.map((policy) => new Policy(policy, topology.links.length, this.moments));
    this.runs = raw.runs ?? [raw];
    this.states = this.runs.map((run) => new LinkStates(run.states, topology.links.length, this.intervals));
  }

  policy(name: string): Policy | undefined {
    return this.policies.find((policy) => policy.name === name);
  }

  get isComparison(): boolean {
    return this.runs.length > 1;
  }

  runOf(policy: Policy): RawRun {
    return this.runs[policy.raw.run ?? 0];
  }

  // What the featured policy is measured against: shortest-path where it was played; of two runs,
  // the featured policy of the first.
  get reference(): Policy {
    if (!this.isComparison) return this.policy(REFERENCE) ?? this.policies[0];
    const twin = this.policies.find((policy) => policy.raw.run === 0 && policy.plainName === this.featured.plainName);
    return twin ?? featuredOf(this.policies.filter((policy) => policy.raw.run === 0));
  }

  // What is looked at: the agent, else the last that does not see the future; of two runs, that of
  // the second.
  get featured(): Policy {
    return featuredOf(this.isComparison ? this.policies.filter((policy) => policy.raw.run === 1) : this.policies);
  }

  // Load over capacity; NaN when it is not known. The policy must be unpacked.
  load(policy: Policy, link: number, interval: number): number {
    if (policy.unpacked === null) return NaN;
    const value = policy.unpacked[link * this.moments + Math.floor(interval / this.raw.map_every)];
    return value === UNKNOWN ? NaN : value / 1000;
  }

  // Of all links and intervals; null when no load is known. The policy must be unpacked.
  fullest(policy: Policy): { link: number; interval: number; load: number } | null {
    const loads = policy.unpacked ?? [];
    const states = this.states[policy.raw.run ?? 0];
    let most = -1;
    let at = -1;
    for (let i = 0; i < loads.length; i++) {
      if (loads[i] <= most || loads[i] === UNKNOWN) continue;
      if (states.at(Math.floor(i / this.moments), (i % this.moments) * this.raw.map_every) !== 'up') continue;
      most = loads[i];
      at = i;
    }
    if (at < 0) return null;
    return { link: Math.floor(at / this.moments), interval: (at % this.moments) * this.raw.map_every, load: most / 1000 };
  }

  moment(policy: Policy, interval: number): MapMoment {
    const utilization = new Float32Array(this.picture.links.length);
    for (let link = 0; link < utilization.length; link++) utilization[link] = this.load(policy, link, interval);
    const states = this.states[policy.raw.run ?? 0];
    return { utilization, state: (link) => states.at(link, interval) };
  }

  note(policy: Policy, interval: number): string {
    return policy.raw.notes.find(([at]) => at === interval)?.[1] ?? '';
  }

  // When an interval begins, for people. `short` is the time of the day alone.
  time(interval: number, short = false): string {
    const time = this.raw.intervals.time[interval];
    if (time === undefined) return short ? `${this.raw.intervals.number[interval]}` : '';
    return short ? time.slice(11, 16) : time.slice(0, 16).replace('T', ' ');
  }
}

function featuredOf(policies: Policy[]): Policy {
  const agent = policies.find((policy) => policy.plainName.startsWith('neural'));
  const others = policies.filter((policy) => !policy.raw.omniscient && policy.plainName !== REFERENCE);
  return agent ?? others[others.length - 1] ?? policies[policies.length - 1];
}
