// Draws one moment of a weather map on a canvas. No state is left in the context between parts:
// a failed link must not change how the next one looks.
import { plainName, shortName } from '../data/text';
import { palette, type Palette } from './colours';
import { FreeRoom, placesAlong, placesBeside } from './labels';
import { Lanes, type View } from './lanes';
import type { Highlight, LinkState, MapMoment, MapPicture } from './picture';
import { LOADS, type Scheme } from './scheme';

const FONT = '"Noto Sans", "DejaVu Sans", sans-serif';
const MOST_LOADS = 6; // labelled in per cent
const FADED = 0.16;
const NODE_RADIUS = 3.6;
// Strokes of one path; more of them in one are slower when they cross each other.
const BATCH = 24;

export interface Frame {
  width: number; // pixels of the page
  height: number;
  view: View;
  zoom: number;
}

export class Painter {
  private readonly land: Path2D | null;
  private readonly byDegree: number[];
  private ramp: string[] = []; // of the theme in force

  constructor(
    private readonly picture: MapPicture,
    readonly lanes: Lanes,
    private readonly scheme: Scheme = LOADS,
  ) {
    this.land = picture.coast === '' ? null : new Path2D(picture.coast);
    const degree = new Int32Array(picture.nodes.length);
    for (const link of picture.links) degree[link.source]++;
    this.byDegree = [...degree.keys()].sort((a, b) => degree[b] - degree[a]);
  }

  paint(g: CanvasRenderingContext2D, frame: Frame, moment: MapMoment, highlight: Highlight): void {
    const colours = palette();
    this.ramp = this.scheme.ramp(colours.dark);
    this.lanes.place(frame.view, frame.zoom);
    g.clearRect(0, 0, frame.width, frame.height);
    this.paintLand(g, frame, colours);
    const { order, steps } = this.sort(moment);
    if (this.lanes.many) {
      this.paintThinLinks(g, frame, colours, order, steps, highlight);
    } else {
      for (const link of order) {
        this.scoped(g, () => this.paintLink(g, colours, link, moment, steps[link], highlight));
      }
    }
    this.paintCrosses(g, frame, colours, moment);
    const room = new FreeRoom(frame.width, frame.height);
    this.paintNodes(g, frame, colours, room);
    this.paintLoads(g, colours, room, order, moment, highlight);
    if (!this.lanes.many || frame.zoom > 5) this.paintNames(g, frame, colours, room);
  }

  private scoped(g: CanvasRenderingContext2D, draw: () => void): void {
    g.save();
    draw();
    g.restore();
  }

  // Links with the fullest last, so that they lie on top; -1: not known.
  private sort(moment: MapMoment): { order: number[]; steps: Int8Array } {
    const count = this.picture.links.length;
    const order = Array.from({ length: count }, (_, i) => i);
    const steps = new Int8Array(count);
    const key = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const utilization = moment.utilization[i];
      const known = moment.state(i) === 'up' && Number.isFinite(utilization);
      steps[i] = known ? this.scheme.stepOf(utilization) : -1;
      key[i] = known ? this.scheme.weight(utilization) : -1;
    }
    order.sort((a, b) => key[a] - key[b]);
    return { order, steps };
  }

  private paintLand(g: CanvasRenderingContext2D, frame: Frame, colours: Palette): void {
    if (this.land === null) return;
    const { scale, x, y } = frame.view;
    this.scoped(g, () => {
      g.translate(x, y);
      g.scale(scale, scale);
      g.fillStyle = colours.land;
      g.fill(this.land!);
      g.lineWidth = 0.8 / scale;
      g.strokeStyle = colours.coast;
      g.stroke(this.land!);
    });
    this.scoped(g, () => {
      g.setLineDash([2, 5]);
      g.strokeStyle = colours.mute;
      g.globalAlpha = 0.5;
      for (const at of this.picture.breaks) this.line(g, at * scale + x, 0, at * scale + x, frame.height);
    });
  }

  private line(g: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
    g.beginPath();
    g.moveTo(x0, y0);
    g.lineTo(x1, y1);
    g.stroke();
  }

  private lane(g: CanvasRenderingContext2D, link: number): void {
    const ends = this.lanes.ends;
    this.line(g, ends[link * 4], ends[link * 4 + 1], ends[link * 4 + 2], ends[link * 4 + 3]);
  }

  private paintLink(
    g: CanvasRenderingContext2D,
    colours: Palette,
    link: number,
    moment: MapMoment,
    step: number,
    highlight: Highlight,
  ): void {
    g.globalAlpha = highlight === null || highlight.has(link) ? 1 : FADED;
    if (step < 0) {
      this.paintIdleLane(g, colours, link, moment.state(link));
      return;
    }
    const width = this.lanes.widths[link];
    g.strokeStyle = this.ramp[step];
    g.lineWidth = width;
    this.lane(g, link);
    if (this.scheme.dashed(step)) {
      g.setLineDash([3, 5]);
      g.strokeStyle = colours.halo;
      g.lineWidth = Math.max(1.2, width * 0.4);
      this.lane(g, link);
      g.setLineDash([]);
    }
    this.paintChevron(g, colours, link, step, width);
  }

  // Drained, failed, or without a measurement.
  private paintIdleLane(
    g: CanvasRenderingContext2D,
    colours: Palette,
    link: number,
    state: LinkState,
  ): void {
    g.strokeStyle = state === 'failed' ? colours.bad : colours.mute;
    g.setLineDash(state === 'drained' ? [1.5, 4] : state === 'failed' ? [3, 4] : [8, 6]);
    g.lineWidth = 1.4;
    this.lane(g, link);
  }

  private paintChevron(
    g: CanvasRenderingContext2D,
    colours: Palette,
    link: number,
    step: number,
    width: number,
  ): void {
    const length = this.lanes.length(link);
    if (length < 46) return;
    const [x, y] = this.lanes.at(link, 0.6);
    const [x0, y0] = this.lanes.at(link, 0);
    const ux = (x - x0) / (length * 0.6);
    const uy = (y - y0) / (length * 0.6);
    const r = Math.max(1.6, width * 0.42);
    g.strokeStyle = this.scheme.strength(step) === 0 && !colours.dark ? colours.mute : colours.halo;
    g.lineWidth = 1.1;
    g.beginPath();
    g.moveTo(x - ux * r - uy * r, y - uy * r + ux * r);
    g.lineTo(x, y);
    g.lineTo(x - ux * r + uy * r, y - uy * r - ux * r);
    g.stroke();
  }

  private paintThinLinks(
    g: CanvasRenderingContext2D,
    frame: Frame,
    colours: Palette,
    order: number[],
    steps: Int8Array,
    highlight: Highlight,
  ): void {
    const ends = this.lanes.ends;
    const seen = (i: number) =>
      Math.max(ends[i * 4], ends[i * 4 + 2]) >= 0 &&
      Math.min(ends[i * 4], ends[i * 4 + 2]) <= frame.width &&
      Math.max(ends[i * 4 + 1], ends[i * 4 + 3]) >= 0 &&
      Math.min(ends[i * 4 + 1], ends[i * 4 + 3]) <= frame.height;
    const strength = (step: number) => (step < 0 ? -1 : this.scheme.strength(step));
    const stroke = (links: number[], step: number, alpha: number) => {
      g.strokeStyle = step < 0 ? colours.mute : this.ramp[step];
      g.globalAlpha = alpha;
      g.lineWidth = (this.lanes.widths[0] ?? 1) * (strength(step) >= 3 ? 1.8 : 1);
      for (let start = 0; start < links.length; start += BATCH) {
        g.beginPath();
        for (const i of links.slice(start, start + BATCH)) {
          g.moveTo(ends[i * 4], ends[i * 4 + 1]);
          g.lineTo(ends[i * 4 + 2], ends[i * 4 + 3]);
        }
        g.stroke();
      }
    };
    this.scoped(g, () => {
      const weakestFirst = [-1, ...this.ramp.keys()].sort((a, b) => strength(a) - strength(b));
      for (const step of weakestFirst) {
        const links = order.filter((i) => steps[i] === step && seen(i));
        const alpha = strength(step) < 1 ? 0.45 : strength(step) < 2 ? 0.7 : 1;
        if (highlight === null) {
          stroke(links, step, alpha);
          continue;
        }
        stroke(links.filter((i) => !highlight.has(i)), step, alpha * FADED);
        stroke(links.filter((i) => highlight.has(i)), step, 1);
      }
    });
  }

  // One a cable, on the line between its ends.
  private paintCrosses(g: CanvasRenderingContext2D, frame: Frame, colours: Palette, moment: MapMoment): void {
    const { nodes, links } = this.picture;
    const { scale, x: left, y: top } = frame.view;
    const crossed = new Set<number>();
    this.scoped(g, () => {
      g.strokeStyle = colours.bad;
      g.lineWidth = 2.4;
      links.forEach(({ source, destination }, i) => {
        if (moment.state(i) !== 'failed') return;
        const cable = Math.min(source, destination) * nodes.length + Math.max(source, destination);
        if (crossed.has(cable)) return;
        crossed.add(cable);
        const x = ((nodes[source].x + nodes[destination].x) / 2) * scale + left;
        const y = ((nodes[source].y + nodes[destination].y) / 2) * scale + top;
        this.line(g, x - 5, y - 5, x + 5, y + 5);
        this.line(g, x + 5, y - 5, x - 5, y + 5);
      });
    });
  }

  private paintNodes(g: CanvasRenderingContext2D, frame: Frame, colours: Palette, room: FreeRoom): void {
    const { scale, x: left, y: top } = frame.view;
    const radius = this.lanes.many ? Math.max(1, 1.3 * Math.min(2.2, Math.sqrt(frame.zoom))) : NODE_RADIUS;
    this.scoped(g, () => {
      g.lineWidth = 1.8;
      g.strokeStyle = colours.node;
      g.fillStyle = this.lanes.many ? colours.node : colours.halo;
      g.beginPath();
      for (const node of this.picture.nodes) {
        const x = node.x * scale + left;
        const y = node.y * scale + top;
        if (x < -5 || y < -5 || x > frame.width + 5 || y > frame.height + 5) continue;
        g.moveTo(x + radius, y);
        g.arc(x, y, radius, 0, 2 * Math.PI);
        if (!this.lanes.many) room.take({ left: x - 4, top: y - 4, right: x + 4, bottom: y + 4 });
      }
      g.fill();
      if (!this.lanes.many) g.stroke();
    });
  }

  private paintLoads(
    g: CanvasRenderingContext2D,
    colours: Palette,
    room: FreeRoom,
    order: number[],
    moment: MapMoment,
    highlight: Highlight,
  ): void {
    this.scoped(g, () => {
      g.font = `700 11.5px ${FONT}`;
      g.textBaseline = 'middle';
      let shown = 0;
      for (let k = order.length - 1; k >= 0 && shown < MOST_LOADS; k--) {
        const link = order[k];
        const utilization = moment.utilization[link];
        if (moment.state(link) !== 'up' || !this.scheme.labelled(utilization)) break;
        if (highlight !== null && !highlight.has(link)) continue;
        const step = this.scheme.stepOf(utilization);
        const text = this.scheme.text(utilization);
        const width = g.measureText(text).width + 8;
        const [x, y] = this.lanes.at(link, 0.5);
        const [x0, y0] = this.lanes.at(link, 0);
        const half = Math.hypot(x - x0, y - y0) || 1;
        const nx = -(y - y0) / half;
        const ny = (x - x0) / half;
        const box = room.takeFirst(placesAlong(x, y, nx, ny, width, 16));
        if (box === null) continue;
        shown++;
        g.fillStyle = this.ramp[step];
        g.beginPath();
        g.roundRect(box.left, box.top, width, 16, 4);
        g.fill();
        g.fillStyle = this.scheme.ink(step, colours.dark);
        g.fillText(text, box.left + 4, box.top + 8.5);
      }
    });
  }

  private paintNames(g: CanvasRenderingContext2D, frame: Frame, colours: Palette, room: FreeRoom): void {
    const { scale, x: left, y: top } = frame.view;
    this.scoped(g, () => {
      g.font = `500 10.5px ${FONT}`;
      g.textBaseline = 'middle';
      g.lineJoin = 'round';
      g.lineWidth = 3;
      g.strokeStyle = colours.halo;
      g.fillStyle = colours.node;
      for (const i of this.byDegree) {
        const node = this.picture.nodes[i];
        const x = node.x * scale + left;
        const y = node.y * scale + top;
        if (x < 0 || y < 0 || x > frame.width || y > frame.height) continue;
        const text = shortName(node.name, 14);
        const box = room.takeFirst(placesBeside(x, y, g.measureText(text).width + 4, 13));
        if (box === null) continue;
        const middle = (box.top + box.bottom) / 2;
        g.strokeText(text, box.left + 2, middle);
        g.fillText(text, box.left + 2, middle);
      }
    });
  }
}

// What a map says to those who cannot see it.
export function inWords(picture: MapPicture, moment: MapMoment, title: string): string {
  let fullest = -1;
  let over = 0;
  let failed = 0;
  let drained = 0;
  picture.links.forEach((_, i) => {
    const state = moment.state(i);
    if (state === 'failed') failed++;
    if (state === 'drained') drained++;
    const utilization = moment.utilization[i];
    if (state !== 'up' || !Number.isFinite(utilization)) return;
    if (utilization > 1) over++;
    if (fullest < 0 || utilization > moment.utilization[fullest]) fullest = i;
  });
  if (fullest < 0) return `${title}: no loads are known`;
  const parts = [
    `${title}: busiest link ${plainName(picture.links[fullest].name)} at ${Math.round(moment.utilization[fullest] * 100)} percent of capacity`,
    `${over} links over capacity`,
  ];
  if (failed > 0) parts.push(`${failed} failed`);
  if (drained > 0) parts.push(`${drained} drained`);
  return parts.join('; ');
}
