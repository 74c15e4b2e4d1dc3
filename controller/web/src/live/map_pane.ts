// One map on a card: its title, its busiest link in large type, and the same as a table.
import type { Highlight, MapMoment, MapPicture } from '../map/picture';
import { TableTwin } from '../map/table_twin';
import { WeatherMap } from '../map/weather_map';
import { make, setText } from './dom';

export interface MapPaneListener {
  onHover?(link: number, x: number, y: number): void;
  onPick?(link: number): void;
}

export class MapPane {
  readonly element: HTMLElement;
  map: WeatherMap | null = null;
  private twin: TableTwin | null = null;
  private readonly big = make('span', { class: 'big' });
  private readonly small = make('small', {});

  // `label`: what it is called among all maps of the page.
  constructor(
    title: string,
    private readonly listener: MapPaneListener = {},
    private readonly label = title,
  ) {
    this.element = make(
      'section',
      { class: 'card', 'aria-label': label },
      make('div', { class: 'maphead' }, make('h2', { text: title }), this.small, this.big),
    );
  }

  // Null: there is no network.
  setPicture(picture: MapPicture | null): void {
    this.map?.dispose();
    this.map?.canvas.remove();
    this.twin?.element.remove();
    this.map = null;
    this.twin = null;
    if (picture === null) return;
    const canvas = make('canvas', { class: 'map' });
    this.twin = new TableTwin(picture, this.label);
    this.element.append(canvas, this.twin.element);
    this.map = new WeatherMap(canvas, picture, { title: this.label, ...this.listener });
  }

  show(moment: MapMoment): void {
    this.map?.show(moment);
    this.twin?.show(moment);
  }

  setFigure(big: string, small: string): void {
    setText(this.big, big);
    setText(this.small, small);
  }

  highlight(links: Highlight): void {
    this.map?.highlight(links);
  }

  // At once, not with the next frame.
  paint(): void {
    this.map?.redraw();
    this.map?.paint();
  }
}
