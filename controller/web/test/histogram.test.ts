import { describe, expect, it } from 'vitest';
import { stepsOf } from '../src/charts/distribution';
import { cumulative, edge, merged, total, type RawHistogram } from '../src/data/histogram';

describe('buckets of durations', () => {
  it('begin at a nanosecond and divide every doubling into sixteen', () => {
    expect(edge(0)).toBe(1e-9);
    expect(edge(16)).toBe(2e-9);
    expect(edge(8)).toBeCloseTo(1.5e-9, 18);
    expect(edge(16 * 30 + 4) / edge(16 * 30)).toBeCloseTo(1.25, 12);
  });

  it('add up, whatever their order', () => {
    const a: RawHistogram = [10, [1, 0, 2]];
    const b: RawHistogram = [7, [5]];
    const c: RawHistogram = [12, [3, 4]];
    const sum: RawHistogram = [7, [5, 0, 0, 1, 0, 5, 4]];
    expect(merged(merged(a, b), c)).toEqual(sum);
    expect(merged(a, merged(b, c))).toEqual(sum);
    expect(merged(c, merged(b, a))).toEqual(sum);
    expect(total(sum)).toBe(15);
    expect(merged([0, []], a)).toEqual(a);
    expect(merged(a, [0, []])).toEqual(a);
  });

  it('give shares of all, those too that were not counted', () => {
    expect(cumulative([16, [2, 0, 1]], 4)).toEqual([
      { value: edge(17), share: 0.5 },
      { value: edge(19), share: 0.75 },
    ]);
  });
});

describe('steps of a distribution', () => {
  it('are one a value, sorted', () => {
    expect(stepsOf([3, 1])).toEqual([
      { value: 1, share: 0.5 },
      { value: 3, share: 1 },
    ]);
  });
});
