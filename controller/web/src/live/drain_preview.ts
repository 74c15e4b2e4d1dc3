// What a drain or its end would do, as three maps side by side: now, then, and what shortest path
// would do then; and what differs, in figures.
import { percent, plainName, rate } from '../data/text';
import type { LinkState, MapMoment, MapPicture } from '../map/picture';
import type { EvaluatePlanResponse, PlanOutcome } from './api';
import { clock, make, nameOf, table } from './dom';
import { MapPane } from './map_pane';

// Links whose load changes most.
const CHANGED = 6;

export interface Previewed {
  picture: MapPicture;
  stateOf(link: number): LinkState; // as things are
  act: 'drain' | 'undrain';
  link: string; // as it was asked for
  answer: EvaluatePlanResponse;
  decidedBy: string; // what the plan of `then` is
}

export class DrainPreview {
  readonly element = make('div', { class: 'preview', role: 'region', 'aria-label': 'Preview' });
  private panes: Record<'now' | 'then' | 'shortest', MapPane> | null = null;

  clear(): void {
    for (const pane of this.all()) pane.setPicture(null);
    this.panes = null;
    this.element.replaceChildren();
  }

  show(previewed: Previewed): void {
    this.clear();
    const { picture, answer, act } = previewed;
    const panes = {
      now: new MapPane('Now', {}, 'Preview: now'),
      then: new MapPane(act === 'drain' ? 'Then, drained' : 'Then, undrained', {}, 'Preview: then'),
      shortest: new MapPane('Then, shortest path', {}, 'Preview: shortest path then'),
    };
    this.panes = panes;
    const meant = linksMeant(picture, previewed.link);
    const later = (link: number): LinkState => {
      const before = previewed.stateOf(link);
      if (!meant.has(link) || before === 'failed') return before;
      return act === 'drain' ? 'drained' : 'up';
    };
    const tell = (pane: MapPane, outcome: PlanOutcome, state: MapMoment['state']) => {
      pane.setPicture(picture);
      pane.show({ utilization: outcome.loads.map((load) => load.utilization), state });
      pane.setFigure(percent(outcome.mlu), '');
      const busiest = outcome.mlu > 0 ? nameOf(outcome.busiest[0]?.link ?? '') : 'none';
      pane.map?.canvas.before(make('p', { class: 'sub busiest' }, 'busiest link: ', busiest));
    };
    tell(panes.now, answer.now, previewed.stateOf);
    tell(panes.then, answer.then, later);
    tell(panes.shortest, answer.shortestPath, later);
    this.element.append(
      make('p', { class: 'sub', text: `Computed at ${clock(Date.now())} on the latest traffic; then: ${previewed.decidedBy}. ${percent(answer.movedShare)} of all traffic moves.` }),
      make('div', { class: 'three' }, panes.now.element, panes.then.element, panes.shortest.element),
      make('div', { class: 'two' }, figures(act, answer), changes(picture, answer)),
    );
  }

  themeChanged(): void {
    for (const pane of this.all()) pane.paint();
  }

  // For tests that look at pixels.
  paneOf(which: 'now' | 'then' | 'shortest'): MapPane | null {
    return this.panes?.[which] ?? null;
  }

  private all(): MapPane[] {
    return this.panes === null ? [] : Object.values(this.panes);
  }
}

// As the server understands the name: a link's own, or "A-B" for all between the two.
export function linksMeant(picture: MapPicture, name: string): Set<number> {
  const exact = picture.links.findIndex((link) => link.name === name);
  if (exact >= 0) return new Set([exact]);
  const meant = new Set<number>();
  picture.links.forEach((link, i) => {
    const [a, b] = [picture.nodes[link.source].name, picture.nodes[link.destination].name];
    if (name === `${a}-${b}` || name === `${b}-${a}`) meant.add(i);
  });
  return meant;
}

function figures(act: Previewed['act'], answer: EvaluatePlanResponse): HTMLElement {
  const rows = table('What changes, in figures', [act === 'drain' ? 'if drained' : 'if undrained', 'now', 'then', 'shortest path then']);
  for (const [what, value] of [
    ['busiest link', (o: PlanOutcome) => percent(o.mlu, 1)],
    ['which is', (o: PlanOutcome) => plainName(o.busiest[0]?.link ?? '')],
    ['links over capacity', (o: PlanOutcome) => String(o.loads.filter((load) => load.utilization > 1).length)],
    ['without a path', (o: PlanOutcome) => (o.unroutedBps > 0 ? rate(o.unroutedBps) : 'none')],
  ] as [string, (outcome: PlanOutcome) => string][]) {
    const row = make('tr', {}, make('th', { scope: 'row', text: what }));
    for (const outcome of [answer.now, answer.then, answer.shortestPath]) {
      row.append(make('td', {}, make('bdi', { text: value(outcome) })));
    }
    rows.body.append(row);
  }
  return rows.element;
}

function changes(picture: MapPicture, answer: EvaluatePlanResponse): HTMLElement {
  const load = (outcome: PlanOutcome, link: number) => outcome.loads[link]?.utilization ?? NaN;
  const change = (link: number) => Math.abs(load(answer.then, link) - load(answer.now, link)) || 0;
  const most = picture.links
    .map((_, link) => link)
    .filter((link) => change(link) >= 0.0005)
    .sort((a, b) => change(b) - change(a))
    .slice(0, CHANGED);
  const rows = table('Links that change most', ['changes most', 'now', 'then', 'shortest path then']);
  for (const link of most) {
    const row = make('tr', {}, make('th', { scope: 'row' }, nameOf(picture.links[link].name)));
    for (const outcome of [answer.now, answer.then, answer.shortestPath]) {
      row.append(make('td', { text: percent(load(outcome, link)) }));
    }
    rows.body.append(row);
  }
  if (most.length === 0) rows.body.append(make('tr', {}, make('td', { colspan: '4', text: 'No link carries more or less than now.' })));
  return rows.element;
}
