// The maps and how they compare the two policies: side by side, flipped in place, or as a
// difference. Views that nobody looks at are neither made nor drawn.
import { element } from '../charts/elements';
import { fillLegend } from '../map/legend';
import type { Highlight } from '../map/picture';
import { CHANGES, LOADS, type Scheme } from '../map/scheme';
import type { WeatherMap } from '../map/weather_map';
import { DifferencePanel, FlipPanel } from './compare_panel';
import { MapPanel } from './map_panel';
import type { ViewState } from './state';
import { Tip } from './tip';
import { viewSwitch } from './views';

export class MapViews {
  readonly element = element('div');
  readonly panels: MapPanel[];
  flip: FlipPanel | null = null;
  difference: DifferencePanel | null = null;
  private readonly tip = new Tip();
  private readonly maps = element('div', 'maps');
  private readonly legend = element('div', 'legend');
  private legendOf: Scheme | null = null;
  private marked: [Highlight, Highlight] = [null, null];

  constructor(private readonly state: ViewState) {
    this.panels = [new MapPanel(state, 'left', this.tip), new MapPanel(state, 'right', this.tip)];
    this.maps.append(...this.panels.map((panel) => panel.element));
    this.element.append(viewSwitch(state), this.maps, this.legend);
  }

  update(): void {
    const { view } = this.state;
    this.maps.hidden = view !== 'both';
    if (view === 'both') for (const panel of this.panels) panel.update();
    if (view === 'flip' && this.flip === null) {
      this.maps.after((this.flip = new FlipPanel(this.state, this.tip)).element);
    }
    if (view === 'difference' && this.difference === null) {
      this.maps.after((this.difference = new DifferencePanel(this.state, this.tip)).element);
    }
    for (const [panel, name] of [[this.flip, 'flip'], [this.difference, 'difference']] as const) {
      if (panel === null) continue;
      panel.element.hidden = view !== name;
      if (panel.element.hidden) continue;
      panel.highlight(...this.marked);
      panel.update();
    }
    const scheme = view === 'difference' ? CHANGES : LOADS;
    if (scheme !== this.legendOf) fillLegend(this.legend, this.state.report.picture.breaks.length > 0, scheme);
    this.legendOf = scheme;
  }

  // The theme has changed: the next update fills the legend anew.
  restyle(): void {
    this.legendOf = null;
  }

  // Now instead of with the next frame.
  paint(): void {
    for (const panel of [...this.panels, this.flip, this.difference]) panel?.map.paint();
  }

  // The paths of a demand under both policies.
  highlight(left: Highlight, right: Highlight): void {
    this.marked = [left, right];
    this.panels[0].highlight(left);
    this.panels[1].highlight(right);
    this.flip?.highlight(left, right);
    this.difference?.highlight(left, right);
  }

  // For tests.
  get both(): WeatherMap[] {
    return this.panels.map((panel) => panel.map);
  }
}
