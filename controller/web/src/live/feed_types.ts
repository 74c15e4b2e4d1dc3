// The events of /live/v1, as controller/serving/live/live_story writes them.

export interface TopologyEvent {
  name: string;
  width: number;
  height: number;
  coast: string;
  breaks: number[];
  nodes: [name: string, description: string, x: number, y: number][];
  links: [source: number, destination: number, capacityBps: number, delayS: number, name: string][];
}

export interface LinksEvent {
  topology_version: number;
  failed: number[];
  drained: number[];
}

// base64 of two bytes a link, the lower first: thousandths of its capacity; 65,535: not known.
type PackedLoads = string;

export interface LoadsEvent {
  t: number;
  traffic_version: number;
  plan_version: number;
  computed: boolean; // no link was measured: the plan's loads on the measured demands
  measured: PackedLoads;
  planned: PackedLoads;
  shortest: PackedLoads;
  mlu: number;
  planned_mlu: number;
  shortest_mlu: number;
}

export interface Guard {
  outcome: string;
  rule: string;
  explanation: string;
  proposal_mlu: number | null;
  predicted_mlu: number | null;
  shortest_path_mlu: number | null;
  ecmp_mlu: number | null;
  moved_share: number;
}

export interface Move {
  source: string;
  destination: string;
  rate_bps: number;
  off_share: number; // of the demand, not on its shortest path
  paths: [ratio: number, links: number[]][];
  shortest: number[];
}

export interface PlanEvent {
  version: number;
  topology_version: number;
  traffic_version: number;
  epoch: string;
  model: string;
  reason: string;
  decided_ms: number;
  guard: Guard;
  note: string;
  reroute_s: number | null;
  policy_s: number | null;
  guard_s: number | null;
  moves: Move[] | null; // null: not known yet
  earlier: { version: number; reason: string; decided_ms: number }[]; // kept, the latest last
}

export interface StatusEvent {
  started_ms: number;
  ready: boolean;
  telemetry: 'none' | 'fresh' | 'stale' | 'lost';
  policy: string;
  total_demand_bps: number;
  measured_share: number;
  store: { healthy: boolean; kind: string; problem: string };
  pins: { source: string; destination: string; suspended: boolean }[];
  guard_counts: Record<string, number>;
  rollback_held: boolean;
  rollback_confirm_before_ms?: number;
  version: string;
  plan_size?: { paths_per_demand: number; least_share: number; most_entries: number };
}

export interface AdaptersEvent {
  count: number;
  rows: {
    name: string;
    primary: boolean;
    sent: number;
    acknowledged: number;
    in_force: number;
    nacks: number;
    last_error: string;
    connected_ms: number;
  }[];
}

export interface PingEvent {
  t: number;
  telemetry_age_s?: number;
  busy_s?: number; // the controller has been too busy to say how things are
}

export interface PointEvent {
  t: number;
  mlu: number; // measured, or as the plan has it where nothing is
  planned_mlu: number; // by calculation, as that of shortest path
  shortest_mlu: number;
}

export interface VerdictEvent {
  t: number;
  outcome: string;
  rule: string;
  explanation: string;
}

export interface NoteEvent {
  t: number;
  what: string;
  text: string;
}

export function unpackLoads(packed: PackedLoads): Float32Array {
  const bytes = atob(packed);
  const loads = new Float32Array(bytes.length / 2);
  for (let i = 0; i < loads.length; i++) {
    const mille = bytes.charCodeAt(2 * i) + 256 * bytes.charCodeAt(2 * i + 1);
    loads[i] = mille === 65535 ? NaN : mille / 1000;
  }
  return loads;
}
