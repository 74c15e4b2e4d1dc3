// One map for both policies: flipped from one to the other in place, so that the eye sees what
// moves, or coloured by the difference between them.
import { element } from '../charts/elements';
import { percent, plainName, rate, shortName } from '../data/text';
import type { Highlight, LinkState, MapMoment } from '../map/picture';
import { CHANGES, points } from '../map/scheme';
import { TableTwin } from '../map/table_twin';
import { WeatherMap } from '../map/weather_map';
import { policySelect } from './policy_select';
import type { Side, ViewState } from './state';
import type { Tip } from './tip';

export class FlipPanel {
  readonly element = element('section', 'card compare');
  readonly map: WeatherMap;
  private readonly name = element('b');
  private readonly big = element('span', 'big');
  private readonly spoken = element('p', 'visually-hidden');
  private readonly twin: TableTwin;
  private marked: [Highlight, Highlight] = [null, null];
  private said: Side | null = null;

  constructor(
    private readonly state: ViewState,
    tip: Tip,
  ) {
    const { picture } = state.report;
    const canvas = element('canvas', 'map');
    this.map = new WeatherMap(canvas, picture, {
      title: '',
      onHover: (link, x, y) => (link < 0 ? tip.hide() : tip.show(this.linkText(link), x, y)),
    });
    this.twin = new TableTwin(picture, 'flipped map');
    const flip = element('button', '', 'Flip (F)');
    flip.setAttribute('aria-keyshortcuts', 'F');
    flip.onclick = () => state.flip();
    const shown = element('span', 'shown');
    shown.append(this.name);
    const head = element('div', 'maphead');
    head.append(policySelect(state, 'left', 'policy before the flip'), '⇄', policySelect(state, 'right', 'policy after the flip'), flip, shown, this.big);
    this.spoken.setAttribute('aria-live', 'polite');
    this.element.append(head, canvas, this.twin.element, this.spoken);
  }

  update(): void {
    const { report, now, side } = this.state;
    const policy = this.state.policy(side);
    const moment = report.moment(policy, now);
    this.map.title = `${plainName(policy.name)}, flipped`;
    this.map.show(moment);
    this.map.highlight(this.marked[side === 'left' ? 0 : 1]);
    this.twin.show(moment);
    this.name.textContent = shortName(policy.name, 40);
    const mlu = policy.raw.mlu[now];
    this.big.textContent = mlu === null ? 'lost' : percent(mlu);
    this.big.classList.toggle('over', mlu !== null && mlu > 1);
    if (this.said !== side) this.spoken.textContent = `The map shows ${plainName(policy.name)}, busiest link ${this.big.textContent}`;
    this.said = side;
  }

  highlight(left: Highlight, right: Highlight): void {
    this.marked = [left, right];
    this.map.highlight(this.state.side === 'left' ? left : right);
  }

  private linkText(link: number): string {
    const { report, now, side } = this.state;
    const { name, capacityBps } = report.picture.links[link];
    return `${plainName(name)}: ${percent(report.load(this.state.policy(side), link, now), 1)} of ${rate(capacityBps)}`;
  }
}

export class DifferencePanel {
  readonly element = element('section', 'card compare');
  readonly map: WeatherMap;
  private readonly figures = element('p', 'sub');
  private readonly twin: TableTwin;

  constructor(
    private readonly state: ViewState,
    tip: Tip,
  ) {
    const { report } = state;
    const canvas = element('canvas', 'map');
    this.map = new WeatherMap(canvas, report.picture, {
      title: '',
      scheme: CHANGES,
      words: (moment) => this.inWords(moment),
      onHover: (link, x, y) => (link < 0 ? tip.hide() : tip.show(this.linkText(link), x, y)),
    });
    const load = (side: Side) => (_: number, link: number) => percent(report.load(state.policy(side), link, state.now));
    this.twin = new TableTwin(
      report.picture,
      'map of differences',
      [
        { title: 'before', text: load('left') },
        { title: 'after', text: load('right') },
        { title: 'change in points', text: (change) => points(change) },
      ],
      CHANGES,
    );
    const head = element('div', 'maphead');
    head.append('Load under', policySelect(state, 'right', 'policy of which is subtracted'), 'minus load under', policySelect(state, 'left', 'policy that is subtracted'));
    this.element.append(head, canvas, this.figures, this.twin.element);
  }

  update(): void {
    const moment = this.moment();
    this.map.show(moment);
    this.twin.show(moment);
    this.figures.textContent = this.inWords(moment);
  }

  highlight(left: Highlight, right: Highlight): void {
    this.map.highlight(left === null || right === null ? null : new Set([...left, ...right]));
  }

  // Differences of loads in place of loads; what is not up under both has none.
  private moment(): MapMoment {
    const { report, left, right, now } = this.state;
    const [before, after] = [report.moment(left, now), report.moment(right, now)];
    const utilization = new Float32Array(report.picture.links.length);
    for (let i = 0; i < utilization.length; i++) utilization[i] = after.utilization[i] - before.utilization[i];
    const state = (link: number): LinkState => {
      const [a, b] = [before.state(link), after.state(link)];
      return a === 'failed' || b === 'failed' ? 'failed' : a === 'up' ? b : a;
    };
    return { utilization, state };
  }

  private inWords(moment: MapMoment): string {
    const { report, left, right } = this.state;
    const title = `${plainName(right.name)} minus ${plainName(left.name)}`;
    let [most, least, changed] = [-1, -1, 0];
    const change = (link: number) => moment.utilization[link];
    report.picture.links.forEach((_, i) => {
      if (moment.state(i) !== 'up' || !Number.isFinite(change(i)) || !CHANGES.labelled(change(i))) return;
      changed++;
      if (change(i) > 0 && (most < 0 || change(i) > change(most))) most = i;
      if (change(i) < 0 && (least < 0 || change(i) < change(least))) least = i;
    });
    if (changed === 0) return `${title}: no link differs by 2 points of its capacity or more`;
    const named = (link: number) => `${plainName(report.picture.links[link].name)} by ${points(change(link))} points`;
    const parts = [`${title}: ${changed} of ${report.picture.links.length} links differ by 2 points of their capacity or more`];
    if (least >= 0) parts.push(`most relieved ${named(least)}`);
    if (most >= 0) parts.push(`most loaded in exchange ${named(most)}`);
    return parts.join('; ');
  }

  private linkText(link: number): string {
    const { report, left, right, now } = this.state;
    const [before, after] = [report.load(left, link, now), report.load(right, link, now)];
    const { name } = report.picture.links[link];
    return `${plainName(name)}: ${percent(before, 1)} under ${shortName(left.name, 24)}, ${percent(after, 1)} under ${shortName(right.name, 24)}`;
  }
}
