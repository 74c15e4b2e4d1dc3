// A weather map on a canvas: loads as coloured lanes, panned and zoomed by mouse, touch and keys.
//
//   const map = new WeatherMap(canvas, picture, { title: 'neural', onHover });
//   map.show({ utilization, state });            // as often as there is something new
//   map.highlight(new Set(linksOfADemand));      // null: none
//
// Drawing is done once a frame, however often it is asked for.
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior, type ZoomTransform } from 'd3-zoom';
import { Lanes, type View } from './lanes';
import { inWords, Painter } from './painter';
import type { Highlight, MapMoment, MapPicture } from './picture';
import { LOADS, type Scheme } from './scheme';

const REACH = 6; // pixels
const REST_MS = 90; // after the last movement a large map is drawn anew
const PAN_STEP = 40; // pixels a key

export interface WeatherMapOptions {
  title: string;
  // A link under the pointer, -1 when there is none; page coordinates.
  onHover?(link: number, x: number, y: number): void;
  onPick?(link: number): void;
  scheme?: Scheme; // of the values that `show` gets as utilization; loads when left out
  words?(moment: MapMoment): string; // for those who cannot see it
}

export class WeatherMap {
  title: string;
  readonly lanes: Lanes;
  private readonly painter: Painter;
  private readonly words: (moment: MapMoment) => string;
  private readonly behaviour: ZoomBehavior<HTMLCanvasElement, unknown>;
  private transform: ZoomTransform = zoomIdentity;
  private moment: MapMoment;
  private marked: Highlight = null;
  private frame = 0;
  private rest = 0;
  private still: { bitmap: HTMLCanvasElement; transform: ZoomTransform } | null = null;
  private readonly observer: ResizeObserver;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly picture: MapPicture,
    options: WeatherMapOptions,
  ) {
    this.title = options.title;
    this.lanes = new Lanes(picture);
    this.words = options.words ?? ((moment) => inWords(picture, moment, this.title));
    this.painter = new Painter(picture, this.lanes, options.scheme ?? LOADS);
    this.moment = { utilization: new Float32Array(picture.links.length).fill(NaN), state: () => 'up' };
    this.behaviour = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.7, 40])
      // The page must still scroll over a map: the wheel zooms with Ctrl or Shift held, or once the
      // map has focus.
      .filter((event: Event) => this.takes(event))
      .on('zoom', (event: { transform: ZoomTransform }) => this.move(event.transform));
    select(canvas).call(this.behaviour).on('dblclick.zoom', null);
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'img');
    canvas.addEventListener('keydown', (event) => this.onKey(event));
    canvas.addEventListener('dblclick', () => this.reset());
    canvas.addEventListener('mousemove', (event) => {
      options.onHover?.(this.linkUnder(event), event.clientX, event.clientY);
    });
    canvas.addEventListener('mouseleave', () => options.onHover?.(-1, 0, 0));
    canvas.addEventListener('click', (event) => {
      const link = this.linkUnder(event);
      if (link >= 0) options.onPick?.(link);
    });
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(canvas);
  }

  show(moment: MapMoment): void {
    this.moment = moment;
    this.redraw();
  }

  highlight(links: Highlight): void {
    this.marked = links;
    this.redraw();
  }

  // Also after the theme has changed.
  redraw(): void {
    this.still = null;
    this.ask();
  }

  reset(): void {
    select(this.canvas).call(this.behaviour.transform, zoomIdentity);
  }

  // The middle of a link's lane in pixels of the canvas element, for tips and tests.
  middleOf(link: number): [number, number] {
    return this.lanes.at(link, 0.5);
  }

  // Draws now instead of with the next frame.
  paint(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const density = window.devicePixelRatio || 1;
    const across = Math.round(width * density);
    const down = Math.round(height * density);
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
      this.still = null;
    }
    const g = this.canvas.getContext('2d')!;
    if (this.still !== null && this.still.transform !== this.transform) {
      this.paintStill(g, density);
      return;
    }
    g.setTransform(density, 0, 0, density, 0, 0);
    const frame = { width, height, view: this.view(width, height), zoom: this.transform.k };
    this.painter.paint(g, frame, this.moment, this.marked);
    this.canvas.setAttribute('aria-label', this.words(this.moment));
  }

  dispose(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
  }

  private takes(event: Event): boolean {
    if (event instanceof WheelEvent) {
      return event.ctrlKey || event.shiftKey || document.activeElement === this.canvas;
    }
    // One finger scrolls the page, two move the map.
    if (window.TouchEvent && event instanceof TouchEvent) return event.touches.length > 1;
    return !(event instanceof MouseEvent && event.button !== 0);
  }

  private view(width: number, height: number): View {
    const fit = Math.min(width / this.picture.width, height / this.picture.height);
    const { k, x, y } = this.transform;
    return {
      scale: k * fit,
      x: x + ((width - this.picture.width * fit) / 2) * k,
      y: y + ((height - this.picture.height * fit) / 2) * k,
    };
  }

  // A large map takes longer than a frame to draw: while it moves, the last picture of it moves,
  // and it is drawn anew when it rests.
  private move(transform: ZoomTransform): void {
    if (this.lanes.many) {
      if (this.still === null) {
        const bitmap = document.createElement('canvas');
        bitmap.width = Math.max(1, this.canvas.width);
        bitmap.height = Math.max(1, this.canvas.height);
        bitmap.getContext('2d')!.drawImage(this.canvas, 0, 0);
        this.still = { bitmap, transform: this.transform };
      }
      clearTimeout(this.rest);
      this.rest = window.setTimeout(() => this.redraw(), REST_MS);
    }
    this.transform = transform;
    this.ask();
  }

  private paintStill(g: CanvasRenderingContext2D, density: number): void {
    const { bitmap, transform: from } = this.still!;
    const grow = this.transform.k / from.k;
    const x = this.transform.x - from.x * grow;
    const y = this.transform.y - from.y * grow;
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, this.canvas.width, this.canvas.height);
    g.setTransform(grow, 0, 0, grow, x * density, y * density);
    g.drawImage(bitmap, 0, 0);
    g.setTransform(1, 0, 0, 1, 0, 0);
  }

  private ask(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private linkUnder(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    return this.lanes.nearest(event.clientX - box.left, event.clientY - box.top, REACH);
  }

  private onKey(event: KeyboardEvent): void {
    const selection = select(this.canvas);
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [PAN_STEP, 0],
      ArrowRight: [-PAN_STEP, 0],
      ArrowUp: [0, PAN_STEP],
      ArrowDown: [0, -PAN_STEP],
    };
    const { k } = this.transform;
    if (event.key === '+' || event.key === '=') selection.call(this.behaviour.scaleBy, 1.3);
    else if (event.key === '-') selection.call(this.behaviour.scaleBy, 1 / 1.3);
    else if (event.key === '0') this.reset();
    else if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      selection.call(this.behaviour.translateBy, dx / k, dy / k);
    } else return;
    event.preventDefault();
  }
}
