// The contract of a report, `rhumb.report/1`: what controller/report writes into the page. Keys are
// added, never renamed or removed.

import type { RawHistogram } from './histogram';

export interface Spread {
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Estimate {
  mean: number;
  low: number; // of a 95 % interval
  high: number;
}

// Over all intervals and seeds; null: fewer than that share of the flows completed.
export interface Quantiles {
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

// As results.json has it; measurements of packets only where packets or flows were played.
export interface Summary {
  mlu: Spread;
  norm_mlu: Spread | null;
  decision_ms: { p50: number; p99: number };
  moved_share: { mean: number };
  paths_per_demand: { mean: number };
  least_share: number;
  most_entries: number;
  fell_back: number;
  lost_episodes: number;
  fct_quantiles_s?: { all: Quantiles; mice: Quantiles; elephants: Quantiles } | null;
  delay_quantiles_ms?: Quantiles | null;
  fct_s?: Estimate | null;
  fct_p99_s?: Estimate | null;
  on_time_share?: Estimate | null;
  versus?: { policy: string; fct: Estimate | null; fct_p99: Estimate | null } | null;
}

// Source, destination, bits per second, [path, share in per mille] of each path, the shortest path
// (-1: none), per mille that is left on it.
export type MovedDemand = [number, number, number, [number, number][], number, number];

export type Series = (number | null)[]; // one value an interval; null: not known

// Flows and packets of all intervals and seeds; times of flows that completed. Empty where the
// simulator has none.
export interface RawDistributions {
  flows: number; // that started
  mice: number; // of these
  mice_times: RawHistogram;
  elephant_times: RawHistogram;
  packet_delays: RawHistogram; // one way
}

export interface RawPolicy {
  name: string;
  omniscient: boolean;
  summary: Summary;
  mlu: Series;
  norm: Series;
  moved: Series;
  decision_ms: Series;
  delay_ms: Series;
  loss: Series;
  notes: [number, string][]; // index of the interval, what the policy said
  distributions?: RawDistributions;
  utilization: string; // packed, see unpack.ts; empty: not kept
  why: string; // packed JSON, MovedDemand[][] by interval; empty: not kept
  run?: number; // index in `runs`
}

export interface Provenance {
  command: string;
  version: string;
  commit: string;
  machine: string;
  checkpoints: string[];
}

// [from, to) by index.
export interface RawEvent {
  text: string;
  from: number;
  to: number;
}

// What was played.
export interface RawRun {
  title: string;
  provenance: Provenance;
  simulator: string;
  traffic: string;
  load: number | null;
  seeds: number;
  states: [number, number, number, number][]; // link, 1 failed or 2 drained, [from, to) by index
  events: RawEvent[];
}

export interface RawReport extends RawRun {
  schema: string;
  topology: {
    name: string;
    width: number;
    height: number;
    coast: string;
    breaks: number[];
    nodes: [string, string, number, number][]; // name, description, x, y
    links: [number, number, number, number, string][]; // ends, bits per second, delay in s, name
  };
  intervals: { number: number[]; time: string[] };
  map_every: number; // loads are kept of every such interval only
  optimum: Series;
  paths: number[][];
  policies: RawPolicy[];
  // Of a comparison: two runs, whose policies are "A · NAME" and "B · NAME".
  runs?: (RawRun & { label: string })[];
}

// A training: the columns and rows of its metrics.csv.
export interface RawTraining {
  schema: string;
  title: string;
  provenance: Provenance;
  columns: string[];
  rows: Series[];
}
