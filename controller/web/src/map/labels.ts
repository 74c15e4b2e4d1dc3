// Where names and loads are written, so that nothing covers anything else.

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

// Boxes that are taken; a new one fits inside the frame and beside all of them.
export class FreeRoom {
  private readonly taken: Box[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  take(box: Box): void {
    this.taken.push(box);
  }

  fits(box: Box): boolean {
    const inside =
      box.left >= 2 && box.right <= this.width - 2 && box.top >= 2 && box.bottom <= this.height - 2;
    return (
      inside &&
      !this.taken.some(
        (other) =>
          box.left < other.right &&
          box.right > other.left &&
          box.top < other.bottom &&
          box.bottom > other.top,
      )
    );
  }

  // Takes the first of the boxes that fits; nothing when none does.
  takeFirst(boxes: Iterable<Box>): Box | null {
    for (const box of boxes) {
      if (!this.fits(box)) continue;
      this.take(box);
      return box;
    }
    return null;
  }
}

// The six places beside a node for a text of that size.
export function* placesBeside(x: number, y: number, width: number, height: number): Generator<Box> {
  const half = height / 2;
  const places: [number, number][] = [
    [7, -9],
    [-width - 7, -9],
    [7, 10],
    [-width - 7, 10],
    [-width / 2, -13],
    [-width / 2, 14],
  ];
  for (const [dx, dy] of places) {
    yield { left: x + dx, right: x + dx + width, top: y + dy - half, bottom: y + dy + half };
  }
}

// Places beside a lane, nearest first; (nx, ny) points to its right.
export function* placesAlong(
  x: number,
  y: number,
  nx: number,
  ny: number,
  width: number,
  height: number,
): Generator<Box> {
  for (const step of [11, -15, 20, -24]) {
    const cx = x + nx * step * (Math.abs(nx) > 0.6 ? 1.9 : 1);
    const cy = y + ny * step;
    yield {
      left: cx - width / 2,
      right: cx + width / 2,
      top: cy - height / 2,
      bottom: cy + height / 2,
    };
  }
}
