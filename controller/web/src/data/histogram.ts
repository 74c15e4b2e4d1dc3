// Counts of durations as controller/report keeps them: buckets from a nanosecond on, of which every
// doubling has sixteen of equal width, the same in every run, so that runs can be laid together.

// The first bucket, and the counts from it on.
export type RawHistogram = [number, number[]];

const BUCKETS_PER_DOUBLING = 16; // kReportBuckets of controller/report/replay_document.cc

// Where a bucket begins, in seconds.
export function edge(bucket: number): number {
  const doublings = Math.floor(bucket / BUCKETS_PER_DOUBLING);
  return 1e-9 * 2 ** doublings * (1 + (bucket % BUCKETS_PER_DOUBLING) / BUCKETS_PER_DOUBLING);
}

export function total([, counts]: RawHistogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

export function merged(a: RawHistogram, b: RawHistogram): RawHistogram {
  if (a[1].length === 0) return b;
  if (b[1].length === 0) return a;
  const first = Math.min(a[0], b[0]);
  const counts = new Array<number>(Math.max(a[0] + a[1].length, b[0] + b[1].length) - first).fill(0);
  for (const [start, values] of [a, b]) values.forEach((count, i) => (counts[start - first + i] += count));
  return [first, counts];
}

// Shares of `of` at or below each duration in seconds: the upper edge of every bucket that has any.
export function cumulative([first, counts]: RawHistogram, of: number): { value: number; share: number }[] {
  let seen = 0;
  return counts.flatMap((count, i) => {
    if (count === 0) return [];
    seen += count;
    return [{ value: edge(first + i + 1), share: seen / of }];
  });
}
