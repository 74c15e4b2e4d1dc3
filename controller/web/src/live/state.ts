// What is known of the network and its controller, put together from the feed.
import type {
  AdaptersEvent,
  LinksEvent,
  LoadsEvent,
  NoteEvent,
  PingEvent,
  PlanEvent,
  PointEvent,
  StatusEvent,
  TopologyEvent,
  VerdictEvent,
} from './feed_types';

export interface States {
  topology: TopologyEvent;
  links: LinksEvent;
  loads: LoadsEvent;
  plan: PlanEvent;
  status: StatusEvent;
  adapters: AdaptersEvent;
  ping: PingEvent;
}

const KEPT = 600;

export class LiveState {
  latest: Partial<States> = {};
  points: PointEvent[] = [];
  verdicts: VerdictEvent[] = [];
  notes: NoteEvent[] = [];
  // Kinds that changed since they were drawn last.
  readonly changed = new Set<string>();
  // Date.now() when the last ping came: ages go on from it.
  pingAt = 0;

  reset(): void {
    this.latest = {};
    this.points = [];
    this.verdicts = [];
    this.notes = [];
    for (const kind of ['topology', 'links', 'loads', 'plan', 'status', 'adapters', 'ping']) this.changed.add(kind);
    for (const kind of ['point', 'verdict', 'note']) this.changed.add(kind);
  }

  take(kind: string, data: string): void {
    const value: unknown = JSON.parse(data);
    this.changed.add(kind);
    if (kind === 'point') push(this.points, value as PointEvent);
    else if (kind === 'verdict') push(this.verdicts, value as VerdictEvent);
    else if (kind === 'note') push(this.notes, value as NoteEvent);
    else {
      (this.latest as Record<string, unknown>)[kind] = value;
      if (kind === 'ping') this.pingAt = Date.now();
      // Loads and links of another network mean nothing.
      if (kind === 'topology') {
        delete this.latest.loads;
        delete this.latest.links;
      }
    }
  }
}

function push<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}
