// One of the two maps: a policy chosen above it, its busiest link in large type, the map, and the
// same as a table.
import { element } from '../charts/elements';
import { milliseconds, percent, plainName, rate } from '../data/text';
import type { Highlight } from '../map/picture';
import { TableTwin } from '../map/table_twin';
import { WeatherMap } from '../map/weather_map';
import { policySelect } from './policy_select';
import type { Tip } from './tip';
import type { Side, ViewState } from './state';

export class MapPanel {
  readonly element = element('section', 'card');
  readonly map: WeatherMap;
  private readonly figures = element('small');
  private readonly big = element('span', 'big');
  private readonly note = element('p', 'sub note');
  private readonly twin: TableTwin;

  constructor(
    private readonly state: ViewState,
    private readonly side: Side,
    tip: Tip,
  ) {
    const { report } = state;
    const canvas = element('canvas', 'map');
    const head = element('div', 'maphead');
    head.append(policySelect(state, side, `policy of the ${side} map`), this.figures, this.big);
    this.map = new WeatherMap(canvas, report.picture, {
      title: state.policy(side).name,
      onHover: (link, x, y) => (link < 0 ? tip.hide() : tip.show(this.linkText(link), x, y)),
    });
    this.twin = new TableTwin(report.picture, `${side} map`);
    this.element.append(head, canvas, this.note, this.twin.element);
  }

  update(): void {
    const { report, now } = this.state;
    const policy = this.state.policy(this.side);
    this.map.title = plainName(policy.name);
    const moment = report.moment(policy, now);
    this.map.show(moment);
    this.twin.show(moment);
    const mlu = policy.raw.mlu[now];
    this.big.textContent = mlu === null ? 'lost' : percent(mlu);
    this.big.classList.toggle('over', mlu !== null && mlu > 1);
    const delay = policy.raw.delay_ms[now];
    const loss = policy.raw.loss[now];
    this.figures.textContent =
      delay === null || loss === null ? '' : `delay ${milliseconds(delay)} · lost ${percent(loss, 2)}`;
    this.note.textContent = plainName(report.note(policy, now) || ' ').replace('(no name)', '');
    this.note.hidden = this.note.textContent === '';
  }

  highlight(links: Highlight): void {
    this.map.highlight(links);
  }

  private linkText(link: number): string {
    const { report, now } = this.state;
    const { name, capacityBps, delayS } = report.picture.links[link];
    const load = report.load(this.state.policy(this.side), link, now);
    return `${plainName(name)}: ${percent(load, 1)} of ${rate(capacityBps)}, ${(delayS * 1e3).toFixed(1)} ms`;
  }
}
