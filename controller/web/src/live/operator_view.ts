// What an operator may change. Nothing happens to a link before its consequences have been shown:
// now, then, and what shortest path would do then.
import { percent, plainName, rate } from '../data/text';
import { call, type AuditRecord, type EvaluatePlanResponse, type PlanOutcome } from './api';
import { card, clock, make, nameOf, setText, table } from './dom';
import type { NoteEvent, PlanEvent, StatusEvent } from './feed_types';

type Act = 'drain' | 'undrain';

export class OperatorView {
  readonly element: HTMLElement;
  private readonly link = make('input', { id: 'link', list: 'links', autocomplete: 'off', spellcheck: 'false' });
  private readonly links = make('datalist', { id: 'links' });
  private readonly comment = make('input', { id: 'comment', autocomplete: 'off', maxlength: '400' });
  private readonly look: Record<Act, HTMLButtonElement> = {
    drain: make('button', { text: 'Preview drain' }),
    undrain: make('button', { text: 'Preview undrain' }),
  };
  private readonly preview = make('div', { class: 'preview', 'aria-live': 'polite' });
  private readonly act = make('button', { class: 'act', text: 'Drain' });
  private readonly said = make('p', { class: 'said', role: 'status' });
  private readonly version = make('select', { id: 'version' });
  private readonly back = make('button', { text: 'Roll back' });
  private readonly confirm = make('button', { text: 'Confirm rollback' });
  private readonly held = make('span', { class: 'held-note' });
  private readonly pins = make('ul', { class: 'pins' });
  private readonly audit = table('Audit, the latest first', ['time', 'who', 'what']);
  private seen: { act: Act; link: string; topology: number } | null = null;
  private policy = '';
  private topology = 0;
  private auditSoon: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    const parts = card('Operate', 'Links, plans and pins. Every change is in the audit below.');
    this.element = parts.element;
    this.element.classList.add('operate');
    this.act.disabled = true;
    parts.body.append(
      make('div', { class: 'fields' },
        make('label', { for: 'link', text: 'Link' }), this.link, this.links,
        make('label', { for: 'comment', text: 'Reason' }), this.comment),
      make('div', { class: 'actions' }, this.look.drain, this.look.undrain, this.act),
      this.preview,
      this.said,
      make('div', { class: 'actions' },
        make('label', { for: 'version', text: 'Plan' }), this.version, this.back, this.confirm, this.held),
      this.pins,
      make('details', {}, make('summary', { text: 'Audit' }), this.audit.element),
    );
    for (const act of ['drain', 'undrain'] as const) {
      this.look[act].addEventListener('click', () => void this.show(act));
    }
    this.act.addEventListener('click', () => void this.do());
    this.link.addEventListener('input', () => this.forget());
    this.back.addEventListener('click', () => {
      const version = this.version.value;
      void this.change('rollback', { planVersion: version, comment: this.comment.value }, `back to plan ${version}`);
    });
    this.confirm.addEventListener('click', () => {
      void this.change('confirm', { comment: this.comment.value }, 'the rollback is confirmed');
    });
  }

  pick(link: string): void {
    this.link.value = link;
    this.forget();
  }

  setLinks(names: string[]): void {
    this.links.replaceChildren(...names.slice(0, 5000).map((name) => make('option', { value: name })));
  }

  // A preview is of one network; another one needs another look.
  setTopologyVersion(version: number): void {
    this.topology = version;
    if (this.seen !== null && this.seen.topology !== version) this.forget();
  }

  setStatus(status: StatusEvent | undefined): void {
    this.policy = status?.policy ?? '';
    const waits = status?.rollback_confirm_before_ms;
    this.confirm.hidden = waits === undefined;
    setText(
      this.held,
      waits !== undefined
        ? `rolled back until ${clock(waits)} unless it is confirmed`
        : status?.rollback_held
          ? 'a rolled-back plan is held'
          : '',
    );
    this.pins.replaceChildren(
      ...(status?.pins ?? []).map((pin) => {
        const free = make('button', { text: 'Let go' });
        free.addEventListener('click', () => {
          void this.change('pin', { source: pin.source, destination: pin.destination, paths: [] }, 'the pin is gone');
        });
        return make('li', {}, 'pinned: ', nameOf(pin.source), ' → ', nameOf(pin.destination),
          pin.suspended ? ' (suspended) ' : ' ', free);
      }),
    );
  }

  setPlan(plan: PlanEvent | undefined, notes: NoteEvent[]): void {
    const versions = new Set<string>();
    for (const note of notes) {
      const version = /^version (\d+)/.exec(note.what === 'plan' ? note.text : '');
      if (version !== null && version[1] !== String(plan?.version)) versions.add(version[1]);
    }
    const latest = [...versions].slice(-30).reverse();
    if (latest.join() !== [...this.version.options].map((option) => option.value).join()) {
      const chosen = this.version.value;
      this.version.replaceChildren(...latest.map((version) => make('option', { value: version, text: version })));
      if (versions.has(chosen)) this.version.value = chosen;
    }
    this.back.disabled = latest.length === 0;
  }

  // Soon, once, however many events ask for it.
  refreshAudit(): void {
    if (this.auditSoon !== null) return;
    this.auditSoon = setTimeout(() => {
      this.auditSoon = null;
      void this.readAudit();
    }, 300);
  }

  async change(name: string, request: object, done: string): Promise<string> {
    let text: string;
    try {
      const answer = await call<{ durable?: boolean }>(name, request);
      text = answer.durable === false ? `${done}; the store does not work, so only until the next restart` : done;
    } catch (error) {
      text = error instanceof Error ? error.message : 'no answer';
    }
    this.said.textContent = text;
    this.refreshAudit();
    return text;
  }

  private forget(): void {
    this.seen = null;
    this.act.disabled = true;
    this.preview.replaceChildren();
  }

  private async show(act: Act): Promise<void> {
    this.forget();
    this.said.textContent = '';
    const link = this.link.value.trim();
    if (link === '') {
      this.said.textContent = 'Name a link, or click one on the map; A-B means both directions.';
      return;
    }
    const change = act === 'drain' ? { drainedLinks: [link] } : { undrainedLinks: [link] };
    let answer: EvaluatePlanResponse;
    try {
      try {
        answer = await call('evaluate', { ...change, policy: this.policy });
      } catch {
        // A policy of the configuration that callers may not name: the plan in force, rerouted.
        answer = await call('evaluate', change);
      }
    } catch (error) {
      this.said.textContent = error instanceof Error ? error.message : 'no answer';
      return;
    }
    if (this.link.value.trim() !== link) return;
    const rows = make('tbody');
    for (const [what, value] of [
      ['busiest link', (o: PlanOutcome) => percent(o.mlu, 1)],
      ['which is', (o: PlanOutcome) => plainName(o.busiest[0]?.link ?? '')],
      ['links over capacity', (o: PlanOutcome) => String(o.loads.filter((load) => load.utilization > 1).length)],
      ['without a path', (o: PlanOutcome) => (o.unroutedBps > 0 ? rate(o.unroutedBps) : 'none')],
    ] as [string, (outcome: PlanOutcome) => string][]) {
      const row = make('tr', {}, make('th', { scope: 'row', text: what }));
      for (const outcome of [answer.now, answer.then, answer.shortestPath]) row.append(make('td', { text: value(outcome) }));
      rows.append(row);
    }
    const head = make('tr');
    for (const text of [act === 'drain' ? 'if drained' : 'if undrained', 'now', 'then', 'shortest path then']) {
      head.append(make('th', { scope: 'col', text }));
    }
    this.preview.replaceChildren(
      make('table', {}, make('thead', {}, head), rows),
      make('p', { class: 'sub', text: `${percent(answer.movedShare)} of all traffic moves.` }),
    );
    this.seen = { act, link, topology: Number(answer.topologyVersion) };
    if (this.seen.topology < this.topology) return this.forget();
    this.act.textContent = act === 'drain' ? `Drain ${plainName(link)}` : `Undrain ${plainName(link)}`;
    this.act.disabled = false;
  }

  private async do(): Promise<void> {
    const seen = this.seen;
    if (seen === null) return;
    this.forget();
    await this.change(seen.act, { link: seen.link, comment: this.comment.value }, `${plainName(seen.link)} is ${seen.act}ed`);
  }

  private async readAudit(): Promise<void> {
    let records: AuditRecord[];
    try {
      records = (await call<{ records: AuditRecord[] }>('audit', { limit: 50 })).records;
    } catch {
      return; // Shown with the next change.
    }
    this.audit.body.replaceChildren(
      ...records.map((record) => {
        const row = make('tr');
        row.append(
          make('td', { text: clock(Date.parse(record.at)) }),
          make('td', {}, nameOf(record.who)),
          make('td', { class: 'text' }, nameOf(`${record.action} ${record.detail}`)),
        );
        return row;
      }),
    );
  }
}
