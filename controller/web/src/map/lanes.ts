// Where links are on the screen: each direction is a lane on the right of the line between its
// ends, parallel links stand beside each other.
import type { MapPicture } from './picture';

// From the picture's box to pixels.
export interface View {
  scale: number;
  x: number;
  y: number;
}

// Above this many links there is one thin lane a link, without chevrons.
export const MANY_LINKS = 1500;

export class Lanes {
  readonly many: boolean;
  readonly ends: Float32Array; // [links * 4], pixels: x, y of the start and of the end
  readonly widths: Float32Array; // [links], pixels
  private readonly rank: Int16Array; // of a link among those with the same ends
  private readonly widest: number;

  constructor(private readonly picture: MapPicture) {
    const count = picture.links.length;
    this.many = count > MANY_LINKS;
    this.ends = new Float32Array(count * 4);
    this.widths = new Float32Array(count);
    this.rank = new Int16Array(count);
    this.widest = picture.links.reduce((most, link) => Math.max(most, link.capacityBps), 1);
    const seen = new Map<number, number>();
    picture.links.forEach((link, i) => {
      const key = link.source * picture.nodes.length + link.destination;
      const before = seen.get(key) ?? 0;
      this.rank[i] = before;
      seen.set(key, before + 1);
    });
  }

  // Places every lane. `zoom` is 1 when the whole picture is seen; lines grow slower than it.
  place(view: View, zoom: number): void {
    const { nodes, links } = this.picture;
    const grow = Math.min(2.2, Math.max(0.6, Math.sqrt(zoom)));
    for (let i = 0; i < links.length; i++) {
      const { source, destination, capacityBps } = links[i];
      const x0 = nodes[source].x * view.scale + view.x;
      const y0 = nodes[source].y * view.scale + view.y;
      const x1 = nodes[destination].x * view.scale + view.x;
      const y1 = nodes[destination].y * view.scale + view.y;
      const width = this.many
        ? Math.max(0.6, grow)
        : (2 + 4 * Math.sqrt(capacityBps / this.widest)) * Math.min(1.6, grow);
      const length = Math.hypot(x1 - x0, y1 - y0) || 1;
      const side = this.many ? 0.8 * grow : width / 2 + 0.8 + this.rank[i] * (width + 1.5);
      const dx = (-(y1 - y0) / length) * side;
      const dy = ((x1 - x0) / length) * side;
      this.ends[i * 4] = x0 + dx;
      this.ends[i * 4 + 1] = y0 + dy;
      this.ends[i * 4 + 2] = x1 + dx;
      this.ends[i * 4 + 3] = y1 + dy;
      this.widths[i] = width;
    }
  }

  length(link: number): number {
    const e = this.ends.subarray(link * 4, link * 4 + 4);
    return Math.hypot(e[2] - e[0], e[3] - e[1]);
  }

  // A point of the lane, `part` of the way.
  at(link: number, part: number): [number, number] {
    const [x0, y0, x1, y1] = this.ends.subarray(link * 4, link * 4 + 4);
    return [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
  }

  // The link whose lane is nearest to a pixel, -1 when none is within reach.
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < this.widths.length; i++) {
      const distance = this.distance(i, x, y) - this.widths[i] / 2;
      if (distance < reach && distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  private distance(link: number, x: number, y: number): number {
    const x0 = this.ends[link * 4];
    const y0 = this.ends[link * 4 + 1];
    const dx = this.ends[link * 4 + 2] - x0;
    const dy = this.ends[link * 4 + 3] - y0;
    const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
    const part = Math.min(1, Math.max(0, along));
    return Math.hypot(x0 + dx * part - x, y0 + dy * part - y);
  }
}
