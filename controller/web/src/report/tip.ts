// The small text beside the pointer.
import { element } from '../charts/elements';

export class Tip {
  private readonly box = element('div', 'tip');

  constructor() {
    this.box.hidden = true;
    document.body.append(this.box);
  }

  show(text: string, x: number, y: number): void {
    this.box.textContent = text;
    this.box.hidden = false;
    this.box.style.left = `${Math.max(0, Math.min(x + 14, window.innerWidth - 350))}px`;
    this.box.style.top = `${y + 14}px`;
  }

  hide(): void {
    this.box.hidden = true;
  }
}
