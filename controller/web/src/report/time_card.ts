// The busiest link over time, and what moves everything: slider, play, the widest gap.
import { cssColour, element } from '../charts/elements';
import type { PolicyLooks } from '../charts/policy_look';
import { TimeLine, type Line } from '../charts/time_line';
import { percent, plainName, shortName } from '../data/text';
import { card, label } from './cards';
import { widestGap, type ViewState } from './state';
import { largest } from './verdict';

const STEP_MS = 120;

export class TimeCard {
  readonly element = card(
    'Busiest link over time',
    'Utilization of the fullest link under each policy; dashed grey is the best any routing could do, known only afterwards. Click or drag to move both maps.',
    'time',
  );
  private readonly line: TimeLine;
  private readonly slider = element('input');
  private readonly where = element('output');
  private readonly playing = element('button', '', '▶ Play');
  private readonly spoken = element('p', 'visually-hidden');
  private timer = 0;
  private speech = 0;

  constructor(
    private readonly state: ViewState,
    private readonly looks: PolicyLooks,
  ) {
    this.line = new TimeLine((index) => state.go(index));
    this.slider.type = 'range';
    this.slider.min = '0';
    this.slider.max = String(state.report.intervals - 1);
    this.slider.value = String(state.now);
    this.slider.setAttribute('aria-label', 'interval');
    this.slider.oninput = () => state.go(Number(this.slider.value));
    this.playing.onclick = () => (this.timer === 0 ? this.play() : this.pause());
    const gap = element('button', '', 'Worst gap');
    gap.onclick = () => state.go(widestGap(state.left, state.right));
    this.spoken.setAttribute('aria-live', 'polite');
    const bar = element('div', 'bar');
    bar.append(this.playing, gap, this.slider, this.where);
    this.element.append(this.line.element, bar, this.spoken);
  }

  draw(): void {
    const { report } = this.state;
    const lines: Line[] = [];
    if (report.raw.optimum.length > 0) {
      const colour = cssColour('--mute');
      lines.push({ name: 'optimum', label: 'optimum', values: report.raw.optimum, colour, dash: [3, 3], strong: false });
    }
    for (const policy of report.policies) {
      const text = label(this.state, policy.name, 15);
      // One that lies on another is left to the legend of the distribution.
      if (policy.raw.omniscient || text.endsWith('=')) continue;
      lines.push({
        name: policy.name,
        label: text,
        values: policy.raw.mlu,
        colour: this.looks.colour(policy.name),
        dash: this.looks.dash(policy.name),
        strong: policy === report.featured,
      });
    }
    const peaks = report.policies.map((policy) => `${plainName(policy.name)} peaks at ${percent(largest(policy.raw.mlu))}`);
    this.line.draw({
      words: `Busiest link over ${report.intervals} intervals: ${peaks.join('; ')}`,
      lines,
      stretches: report.runs
        .flatMap((run) => run.events)
        .filter(({ text, from, to }, i, all) => all.findIndex((e) => e.text === text && e.from === from && e.to === to) === i)
        .map(({ text, from, to }) => ({ text: shortName(text, 60), from, to })),
      limit: 1,
      timeOf: (index) => report.time(index, true),
    });
  }

  update(): void {
    const { report, now } = this.state;
    const { number } = report.raw.intervals;
    this.slider.value = String(now);
    const time = report.time(now);
    const text = `interval ${number[now]} of ${number[number.length - 1]}${time === '' ? '' : `, ${time}`}`;
    this.where.textContent = text;
    this.slider.setAttribute('aria-valuetext', text);
    this.line.moveTo(now);
    clearTimeout(this.speech);
    this.speech = window.setTimeout(() => this.say(text), 600);
  }

  private say(where: string): void {
    const { left, right, now } = this.state;
    const of = (policy: typeof left) => `${plainName(policy.name)} ${percent(policy.raw.mlu[now] ?? NaN)}`;
    this.spoken.textContent = `${where}: ${of(left)}, ${of(right)}`;
  }

  private play(): void {
    this.playing.textContent = '❚❚ Pause';
    this.timer = window.setInterval(() => {
      this.state.go((this.state.now + 1) % this.state.report.intervals);
    }, STEP_MS);
  }

  private pause(): void {
    clearInterval(this.timer);
    this.timer = 0;
    this.playing.textContent = '▶ Play';
  }
}
