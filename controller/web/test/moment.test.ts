import { expect, it } from 'vitest';
import { clock, moment } from '../src/live/dom';

it('names the day of a moment that is not of today', () => {
  const now = Date.now();
  expect(moment(now)).toBe(clock(now));
  const longAgo = new Date(2024, 1, 3, 4, 5, 6).getTime();
  expect(moment(longAgo)).toBe('2024-02-03 04:05:06');
});
