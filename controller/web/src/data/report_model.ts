// A report as the page works with it: what is packed is unpacked when it is first looked at.
import type { MapMoment, MapPicture } from '../map/picture';
import type { MovedDemand, RawPolicy, RawReport } from './report';
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

export class Report {
  readonly picture: MapPicture;
  readonly policies: Policy[];
  readonly intervals: number;
  private readonly moments: number;
  private readonly states: Uint8Array[]; // of links that ever change, by interval
  private readonly stateOf: Int32Array; // [links], index in states, -1: always up

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
    this.states = [];
    this.stateOf = new Int32Array(topology.links.length).fill(-1);
    for (const [link, state, from, to] of raw.states) {
      if (this.stateOf[link] < 0) {
        this.stateOf[link] = this.states.length;
        this.states.push(new Uint8Array(this.intervals));
      }
      this.states[this.stateOf[link]].fill(state, from, to);
    }
  }

  policy(name: string): Policy | undefined {
    return this.policies.find((policy) => policy.name === name);
  }

  // The one that stands first: shortest-path where it was played.
  get reference(): Policy {
    return this.policy(REFERENCE) ?? this.policies[0];
  }

  // The one that is looked at: the agent, else the last that does not see the future.
  get featured(): Policy {
    const agent = this.policies.find((policy) => policy.name.startsWith('neural'));
    const others = this.policies.filter((policy) => !policy.raw.omniscient && policy !== this.reference);
    return agent ?? others[others.length - 1] ?? this.policies[this.policies.length - 1];
  }

  // Load over capacity; NaN when it is not known. The policy must be unpacked.
  load(policy: Policy, link: number, interval: number): number {
    if (policy.unpacked === null) return NaN;
    const value = policy.unpacked[link * this.moments + Math.floor(interval / this.raw.map_every)];
    return value === UNKNOWN ? NaN : value / 1000;
  }

  moment(policy: Policy, interval: number): MapMoment {
    const utilization = new Float32Array(this.picture.links.length);
    for (let link = 0; link < utilization.length; link++) utilization[link] = this.load(policy, link, interval);
    return {
      utilization,
      state: (link) => {
        const row = this.stateOf[link];
        const state = row < 0 ? 0 : this.states[row][interval];
        return state === 1 ? 'failed' : state === 2 ? 'drained' : 'up';
      },
    };
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

export function readReport(): Report {
  const raw = JSON.parse(document.getElementById('rhumb-data')!.textContent!) as RawReport;
  if (raw.schema !== 'rhumb.report/1') throw new Error(`it has the schema ${raw.schema}`);
  return new Report(raw);
}
