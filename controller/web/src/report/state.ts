// What is looked at: two policies, one interval, perhaps one demand. Whoever shows something of it
// is told once a frame, however often it changes.
import type { Policy, Report } from '../data/report_model';

export type Side = 'left' | 'right';
export type View = 'both' | 'flip' | 'difference';

export class ViewState {
  left: Policy;
  right: Policy;
  now: number;
  view: View = 'both';
  side: Side = 'left'; // that a map of both shows, which is flipped
  chosen = -1; // row among the moved demands, -1: none
  private readonly listeners: (() => void)[] = [];
  private frame = 0;

  constructor(readonly report: Report) {
    this.left = report.reference;
    this.right = report.featured;
    this.now = widestGap(this.left, this.right);
  }

  policy(side: Side): Policy {
    return side === 'left' ? this.left : this.right;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  go(interval: number): void {
    const last = this.report.intervals - 1;
    const next = Math.max(0, Math.min(last, Math.round(interval)));
    if (next === this.now) return;
    this.now = next;
    this.chosen = -1;
    this.changed();
  }

  look(view: View): void {
    this.view = view;
    this.changed();
  }

  flip(): void {
    this.side = this.side === 'left' ? 'right' : 'left';
    this.changed();
  }

  choose(row: number): void {
    this.chosen = row;
    this.changed();
  }

  async show(side: Side, policy: Policy): Promise<void> {
    await policy.unpack();
    if (side === 'left') this.left = policy;
    else this.right = policy;
    this.chosen = -1;
    this.changed();
  }

  // Tells everyone with the next frame.
  changed(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const listener of this.listeners) listener();
    });
  }
}

// The interval in which the busiest links of two policies differ most; of equals, where the first
// one's is fullest.
export function widestGap(a: Policy, b: Policy): number {
  let best = 0;
  let key = [-1, -1];
  a.raw.mlu.forEach((value, i) => {
    const other = b.raw.mlu[i];
    if (value === null || other === null) return;
    const gap = Math.abs(value - other);
    if (gap > key[0] + 1e-9 || (gap > key[0] - 1e-9 && value > key[1])) {
      key = [gap, value];
      best = i;
    }
  });
  return best;
}
