// What the worker that holds the stream and the tabs say to one another.
import type { Connection } from './stream';

export type FromWorker =
  | { type: 'reset' }
  | { type: 'events'; events: [kind: string, data: string][] }
  | { type: 'connection'; connection: Connection; heardAt: number };

export type ToWorker = 'again' | 'leave';
