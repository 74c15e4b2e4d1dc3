// One stream for all tabs of a browser: a browser opens six connections to a server, so that the
// seventh tab with a stream of its own would hear nothing. What has been heard is kept for tabs that
// come later. Where there are no shared workers the same script serves one tab.
import type { FromWorker, ToWorker } from './messages';
import { LiveStream } from './stream';

const KEPT = 600; // events that happened, of each kind, as the server keeps

const states = new Map<string, string>();
const happened = new Map<string, string[]>();
const ports = new Set<{ postMessage(message: FromWorker): void }>();

function tell(message: FromWorker): void {
  for (const port of ports) port.postMessage(message);
}

// By their names: what happened counts each, of a state only the latest.
const HAPPENS = new Set(['point', 'verdict', 'note']);

const stream = new LiveStream({
  onReset() {
    states.clear();
    happened.clear();
    tell({ type: 'reset' });
  },
  onEvent(kind, data) {
    if (HAPPENS.has(kind)) {
      const kept = happened.get(kind) ?? [];
      kept.push(data);
      if (kept.length > KEPT) kept.shift();
      happened.set(kind, kept);
    } else {
      states.set(kind, data);
    }
    tell({ type: 'events', events: [[kind, data]] });
  },
  onConnection(connection, heardAt) {
    tell({ type: 'connection', connection, heardAt });
  },
});

interface Port {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

function join(port: Port): void {
  ports.add(port);
  port.onmessage = (event) => {
    if (event.data === 'again') stream.again();
    else if (event.data === 'leave') ports.delete(port);
  };
  const events: [string, string][] = [...states];
  for (const [kind, kept] of happened) for (const data of kept) events.push([kind, data]);
  port.postMessage({ type: 'reset' } satisfies FromWorker);
  if (events.length > 0) port.postMessage({ type: 'events', events } satisfies FromWorker);
  stream.tellConnection();
}

if ('onconnect' in self) {
  self.addEventListener('connect', (event) => join((event as MessageEvent).ports[0] as unknown as Port));
} else {
  join(self as unknown as Port);
}
