// The feed of the server, read for as long as it lasts and taken up again where it broke off.
//
// EventSource hides why a connection fails and what the server says to keep it open; both are needed
// here, to ask for a login and to say within seconds that nothing is heard any more.

export type Connection = 'connecting' | 'live' | 'lost' | 'login';

export interface StreamListener {
  onReset(): void; // what was heard before is of another server, or has a gap
  onEvent(kind: string, data: string): void;
  onConnection(connection: Connection, heardAt: number): void; // heardAt: Date.now() of the last bytes
}

const SILENT_MS = 4200; // two pings of the server, and a little
const RETRY_MS = [300, 600, 1200, 2000];

export class LiveStream {
  private lastId = '';
  private heardAt = 0;
  private connection: Connection = 'connecting';
  private failures = 0;
  private abort: AbortController | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly listener: StreamListener) {
    setInterval(() => this.watch(), 300);
    void this.read();
  }

  // After a login, or when somebody does not want to wait.
  again(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    this.abort?.abort();
    if (this.connection === 'login') this.set('connecting');
    void this.read();
  }

  tellConnection(): void {
    this.listener.onConnection(this.connection, this.heardAt);
  }

  private set(connection: Connection): void {
    this.connection = connection;
    this.tellConnection();
  }

  private watch(): void {
    if (this.connection !== 'live') return;
    if (Date.now() - this.heardAt > SILENT_MS) {
      this.set('lost');
      this.abort?.abort();
    }
  }

  private async read(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    // Nobody answers, or only the first word.
    const patience = setTimeout(() => abort.abort(), SILENT_MS);
    try {
      // Asked first, because a refusal of the feed is a fault in every browser's log.
      const who = await fetch('/api/v1/session', { signal: abort.signal, cache: 'no-store' });
      if (who.ok && ((await who.json()) as { role: string }).role === '') {
        this.abort = null;
        return this.set('login');
      }
      const headers: Record<string, string> = this.lastId === '' ? {} : { 'Last-Event-ID': this.lastId };
      const response = await fetch('/live/v1', { headers, signal: abort.signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 403) {
        this.abort = null;
        return this.set('login');
      }
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        clearTimeout(patience);
        this.heardAt = Date.now();
        this.failures = 0;
        if (this.connection !== 'live') this.set('live');
        text += value;
        let end: number;
        while ((end = text.indexOf('\n\n')) >= 0) {
          this.take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      }
    } catch {
      // Said by the state of the connection.
    } finally {
      clearTimeout(patience);
    }
    if (this.abort !== abort) return; // another attempt has begun
    this.abort = null;
    this.set('lost');
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.read();
    }, wait);
  }

  private take(block: string): void {
    let kind = '';
    let data = '';
    let id = '';
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) kind = line.slice(7);
      else if (line.startsWith('data: ')) data = line.slice(6);
      else if (line.startsWith('id: ')) id = line.slice(4);
    }
    if (kind === '') return;
    if (kind === 'hello') this.listener.onReset();
    else this.listener.onEvent(kind, data);
    this.lastId = id;
  }
}
