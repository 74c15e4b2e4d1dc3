// What an operator may change of plans, and who changed what.
import { call, change, type AuditRecord } from './api';
import { card, clock, make, moment, nameOf, setText, table } from './dom';
import type { PlanEvent, StatusEvent } from './feed_types';

export class OperatorView {
  readonly element: HTMLElement;
  private readonly comment = make('input', { id: 'comment', autocomplete: 'off', maxlength: '400' });
  private readonly said = make('p', { class: 'said', role: 'status' });
  private readonly version = make('select', { id: 'version' });
  private readonly back = make('button', { text: 'Roll back' });
  private readonly confirm = make('button', { text: 'Confirm rollback' });
  private readonly held = make('span', { class: 'held-note' });
  private readonly pins = make('ul', { class: 'pins' });
  private readonly audit = table('Audit, the latest first', ['time', 'who', 'what']);
  private wished = ''; // a plan that was chosen; else it is the latest before the one in force
  private auditSoon: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    const parts = card('Plans and pins', 'Go back to a plan that was in force, or let a pinned demand go; demands are pinned under “Why”.');
    this.element = parts.element;
    this.element.classList.add('operate');
    parts.body.append(
      make('div', { class: 'fields' },
        make('label', { for: 'version', text: 'Go back to plan' }), this.version,
        make('label', { for: 'comment', text: 'Because' }), this.comment),
      make('div', { class: 'actions' }, this.back, this.confirm, this.held),
      this.said,
      this.pins,
      make('details', {}, make('summary', { text: 'Audit' }), this.audit.element),
    );
    this.version.addEventListener('change', () => (this.wished = this.version.value));
    this.back.addEventListener('click', () => {
      const version = this.version.value;
      void this.change('rollback', { planVersion: version, comment: this.comment.value }, `back to plan ${version}`);
    });
    this.confirm.addEventListener('click', () => {
      void this.change('confirm', { comment: this.comment.value }, 'the rollback is confirmed');
    });
  }

  setStatus(status: StatusEvent | undefined): void {
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

  setPlan(plan: PlanEvent | undefined): void {
    const earlier = [...(plan?.earlier ?? [])].reverse();
    const versions = earlier.map(({ version }) => String(version));
    if (versions.join() !== [...this.version.options].map((option) => option.value).join()) {
      this.version.replaceChildren(...earlier.map(({ version, reason, decided_ms }) =>
        make('option', { value: String(version), text: `${version}, because of: ${reason}, at ${moment(decided_ms)}` })));
      if (versions.includes(this.wished)) this.version.value = this.wished;
    }
    this.back.disabled = earlier.length === 0;
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
    const text = await change(name, request, done);
    this.said.textContent = text;
    this.refreshAudit();
    return text;
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
