// Names from files and numbers with units, as people read them.

// Characters that would reorder or break the text around them, and what stands for an empty name.
const UNRULY = /[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function plainName(name: string): string {
  const plain = name.replace(UNRULY, '\uFFFD').trim();
  return plain === '' ? '(no name)' : plain;
}

// At most `most` characters, the last an ellipsis when it was cut. Counts code points, so that no
// character is cut in two.
export function shortName(name: string, most: number): string {
  const plain = plainName(name);
  if (plain.length <= most) return plain;
  const points = Array.from(plain.slice(0, most * 2));
  return points.length <= most && plain.length <= most * 2
    ? plain
    : points.slice(0, most - 1).join('') + '…';
}

export function percent(value: number, digits = 0): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(digits)} %` : '–';
}

const UNITS: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

export function rate(bps: number): string {
  for (const [size, letter] of UNITS) {
    if (bps >= size * 0.9995) return `${Number((bps / size).toPrecision(3))} ${letter}bit/s`;
  }
  return `${Number(bps.toPrecision(3))} bit/s`;
}

export function milliseconds(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 0.1) return '< 0.1 ms';
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1e3).toPrecision(3))} s`;
}
