// Values over the intervals of a run: one line a series, events as shaded stretches, and a mark at
// the interval that is looked at. The mark lies above the plot, so that moving it draws nothing anew.
import uPlot from 'uplot';
import { cssColour, element } from './elements';

const HEIGHT = 190;
const FONT = '"Noto Sans", "DejaVu Sans", sans-serif';
const LABEL_ROOM = 110; // right of the plot
const AXIS = `11px ${FONT}`;

export interface Line {
  name: string;
  label: string; // at its end
  values: (number | null)[];
  colour: string;
  dash: number[];
  strong: boolean;
}

export interface Stretch {
  text: string;
  from: number;
  to: number;
}

export interface TimeLineContent {
  words: string; // what it shows, for those who cannot see it
  lines: Line[];
  stretches: Stretch[];
  limit: number; // a dashed line across
  timeOf(index: number): string;
}

export class TimeLine {
  readonly element = element('div', 'timeline');
  private readonly mark = element('div', 'mark');
  private plot: uPlot | null = null;
  private content: TimeLineContent | null = null;
  private at = 0;
  private width = 0;

  constructor(private readonly onPick: (index: number) => void) {
    this.element.setAttribute('role', 'img');
    new ResizeObserver(() => {
      const width = this.element.clientWidth;
      if (this.content !== null && width !== this.width && width > 0) this.draw(this.content);
    }).observe(this.element);
  }

  draw(content: TimeLineContent): void {
    this.content = content;
    this.element.setAttribute('aria-label', content.words);
    this.plot?.destroy();
    this.width = this.element.clientWidth;
    const count = content.lines[0]?.values.length ?? 0;
    const data = [Array.from({ length: count }, (_, i) => i), ...content.lines.map((line) => line.values)];
    const room = this.width < 500 ? 8 : LABEL_ROOM;
    this.plot = new uPlot(
      {
        width: Math.max(120, this.width),
        height: HEIGHT,
        padding: [6, room, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_u, _low, high) => [0, Math.max(1.1, (high ?? 1) * 1.05)] } },
        series: [
          {},
          ...content.lines.map((line) => ({
            label: line.name,
            stroke: line.colour,
            width: line.strong ? 2.4 : 1.5,
            dash: line.dash,
            points: { show: count === 1 },
          })),
        ],
        axes: [
          {
            stroke: cssColour('--mute'),
            grid: { show: false },
            ticks: { stroke: cssColour('--line') },
            font: AXIS,
            // Short series are asked for ticks between intervals.
            values: (_u, ticks) => ticks.map((i) => (Number.isInteger(i) && i < count ? content.timeOf(i) : '')),
          },
          {
            stroke: cssColour('--mute'),
            grid: { stroke: cssColour('--line'), width: 1 },
            ticks: { show: false },
            size: 52,
            font: AXIS,
            values: (_u, ticks) => ticks.map((value) => `${Math.round(value * 100)} %`),
          },
        ],
        hooks: {
          // Scales are known only then.
          ready: [() => this.moveTo(this.at)],
          drawClear: [(u) => this.shade(u, content.stretches)],
          draw: [(u) => this.finish(u, content, room > 8)],
        },
      },
      data as uPlot.AlignedData,
      this.element,
    );
    this.plot.over.append(this.mark);
    this.listen(this.plot.over);
  }

  moveTo(index: number): void {
    this.at = index;
    if (this.plot === null) return;
    this.mark.style.transform = `translateX(${this.plot.valToPos(index, 'x')}px)`;
  }

  private listen(over: HTMLElement): void {
    const pick = (event: PointerEvent) => {
      const box = over.getBoundingClientRect();
      this.onPick(this.plot!.posToVal(event.clientX - box.left, 'x'));
    };
    over.addEventListener('pointerdown', (event) => {
      over.setPointerCapture(event.pointerId);
      pick(event);
    });
    over.addEventListener('pointermove', (event) => {
      if (over.hasPointerCapture(event.pointerId)) pick(event);
    });
  }

  private shade(u: uPlot, stretches: Stretch[]): void {
    const g = u.ctx;
    const density = window.devicePixelRatio || 1;
    stretches.forEach(({ text, from, to }, k) => {
      const left = u.valToPos(from, 'x', true);
      const right = u.valToPos(to, 'x', true);
      g.save();
      g.fillStyle = cssColour('--event');
      g.globalAlpha = 0.6;
      g.fillRect(left, u.bbox.top, Math.max(2, right - left), u.bbox.height);
      g.globalAlpha = 1;
      g.fillStyle = cssColour('--ink');
      g.font = `${11 * density}px ${FONT}`;
      g.textAlign = 'left';
      g.fillText(text.length > 40 ? `${text.slice(0, 39)}…` : text, left + 6, u.bbox.top + u.bbox.height - (7 + (k % 4) * 13) * density);
      g.restore();
    });
  }

  private finish(u: uPlot, content: TimeLineContent, labels: boolean): void {
    const g = u.ctx;
    const density = window.devicePixelRatio || 1;
    const right = u.bbox.left + u.bbox.width;
    g.save();
    const limit = u.valToPos(content.limit, 'y', true);
    g.strokeStyle = cssColour('--bad');
    g.setLineDash([6 * density, 4 * density]);
    g.beginPath();
    g.moveTo(u.bbox.left, limit);
    g.lineTo(right, limit);
    g.stroke();
    g.setLineDash([]);
    if (labels) {
      const ends = content.lines
        .map((line) => ({ line, y: u.valToPos(lastKnown(line.values), 'y', true) }))
        .filter((end) => Number.isFinite(end.y))
        .sort((a, b) => a.y - b.y);
      for (let k = 1; k < ends.length; k++) ends[k].y = Math.max(ends[k].y, ends[k - 1].y + 13 * density);
      // Not below the plot either.
      let lowest = u.bbox.top + u.bbox.height;
      for (let k = ends.length - 1; k >= 0; k--) {
        ends[k].y = Math.min(ends[k].y, lowest);
        lowest = ends[k].y - 13 * density;
      }
      g.font = `600 ${11 * density}px ${FONT}`;
      g.textBaseline = 'middle';
      g.textAlign = 'left';
      for (const { line, y } of ends) {
        g.fillStyle = line.colour;
        g.fillText(line.label, right + 6 * density, y);
      }
    }
    g.restore();
  }
}

function lastKnown(values: (number | null)[]): number {
  for (let i = values.length - 1; i >= 0; i--) {
    const value = values[i];
    if (value !== null) return value;
  }
  return NaN;
}
