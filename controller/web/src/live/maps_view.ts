// The network twice: as it is, and as shortest path would have it with the same traffic.
import { percent, plainName, rate } from '../data/text';
import { fillLegend } from '../map/legend';
import type { LinkState, MapPicture } from '../map/picture';
import type { WeatherMap } from '../map/weather_map';
import { make } from './dom';
import { unpackLoads, type LinksEvent, type LoadsEvent, type TopologyEvent } from './feed_types';
import { MapPane } from './map_pane';

export class MapsView {
  readonly element = make('div', {});
  picture: MapPicture | null = null;
  private readonly now: MapPane;
  private readonly shadow: MapPane;
  private readonly legend = make('div', { class: 'legend' });
  private readonly tip = make('div', { class: 'tip', role: 'tooltip' });
  private states: LinkState[] = [];
  private loads: { now: Float32Array; shadow: Float32Array } | null = null;

  constructor(onPick: (link: number) => void) {
    const listener = { onPick, onHover: (link: number, x: number, y: number) => this.hover(link, x, y) };
    this.now = new MapPane('Now', listener);
    this.shadow = new MapPane('Shortest path, same traffic', listener);
    this.tip.hidden = true;
    this.element.append(
      make('div', { class: 'maps' }, this.now.element, this.shadow.element),
      this.legend,
      this.tip,
    );
  }

  // Maps by name, for tests that look at pixels.
  get maps(): Record<'now' | 'shadow', WeatherMap | null> {
    return { now: this.now.map, shadow: this.shadow.map };
  }

  setTopology(topology: TopologyEvent | undefined): void {
    this.loads = null;
    this.states = [];
    this.picture = topology === undefined ? null : pictureOf(topology);
    for (const pane of [this.now, this.shadow]) pane.setPicture(this.picture);
    fillLegend(this.legend, (this.picture?.breaks.length ?? 0) > 0);
    this.draw();
  }

  setLinks(links: LinksEvent | undefined): void {
    this.states = [];
    for (const link of links?.drained ?? []) this.states[link] = 'drained';
    for (const link of links?.failed ?? []) this.states[link] = 'failed';
    this.draw();
  }

  setLoads(loads: LoadsEvent | undefined): void {
    this.loads =
      loads === undefined
        ? null
        : { now: unpackLoads(loads.measured), shadow: unpackLoads(loads.shortest) };
    const note = loads === undefined ? 'no telemetry yet' : loads.computed ? 'as the plan puts it' : 'measured';
    this.now.setFigure(percent(loads?.mlu ?? NaN), note);
    this.shadow.setFigure(percent(loads?.shortest_mlu ?? NaN), loads === undefined ? '' : 'computed');
    this.draw();
  }

  highlight(links: ReadonlySet<number> | null, shadow: ReadonlySet<number> | null): void {
    this.now.highlight(links);
    this.shadow.highlight(shadow);
  }

  stateOf(link: number): LinkState {
    return this.states[link] ?? 'up';
  }

  // Drawn when it returns, as paper does not wait for the next frame.
  themeChanged(): void {
    fillLegend(this.legend, (this.picture?.breaks.length ?? 0) > 0);
    this.now.paint();
    this.shadow.paint();
  }

  private draw(): void {
    if (this.picture === null) return;
    const unknown = new Float32Array(this.picture.links.length).fill(NaN);
    const state = (link: number) => this.stateOf(link);
    for (const [pane, utilization] of [
      [this.now, this.loads?.now ?? unknown],
      [this.shadow, this.loads?.shadow ?? unknown],
    ] as [MapPane, Float32Array][]) {
      pane.show({ utilization, state });
    }
  }

  private hover(link: number, x: number, y: number): void {
    this.tip.hidden = link < 0;
    if (link < 0 || this.picture === null) return;
    const facts = this.picture.links[link];
    const state = this.stateOf(link);
    const load = (loads: Float32Array | undefined) => (loads === undefined ? '–' : percent(loads[link]));
    this.tip.replaceChildren(
      make('bdi', { text: plainName(facts.name) }),
      make('div', {
        text:
          state === 'up'
            ? `now ${load(this.loads?.now)}, shortest path ${load(this.loads?.shadow)}`
            : state,
      }),
      make('div', { text: `${rate(facts.capacityBps)}, ${(facts.delayS * 1e3).toFixed(1)} ms` }),
    );
    const left = Math.min(x + 14, window.innerWidth - this.tip.offsetWidth - 8);
    this.tip.style.left = `${Math.max(8, left)}px`;
    this.tip.style.top = `${y + 14}px`;
  }
}

function pictureOf(topology: TopologyEvent): MapPicture {
  return {
    width: topology.width,
    height: topology.height,
    coast: topology.coast,
    breaks: topology.breaks,
    nodes: topology.nodes.map(([name, description, x, y]) => ({ name, description, x, y })),
    links: topology.links.map(([source, destination, capacityBps, delayS, name]) => ({
      name,
      source,
      destination,
      capacityBps,
      delayS,
    })),
  };
}
