import { describe, expect, it } from 'vitest';
import { milliseconds, percent, plainName, rate, shortName } from '../src/data/text';

describe('names', () => {
  it('lose what reorders the text around them', () => {
    expect(plainName('a\u202Eb\u2066')).toBe('a\uFFFDb\uFFFD');
    expect(plainName('')).toBe('(no name)');
  });

  it('are cut between characters', () => {
    expect(shortName('SEATTLE', 7)).toBe('SEATTLE');
    expect(shortName('SEATTLE', 5)).toBe('SEAT…');
    expect(shortName('😀😀😀😀', 3)).toBe('😀😀…');
    expect(shortName('x'.repeat(4000), 14)).toHaveLength(14);
  });
});

describe('numbers', () => {
  it('have units that fit', () => {
    expect(rate(999.96e9)).toBe('1 Tbit/s');
    expect(rate(224e9)).toBe('224 Gbit/s');
    expect(rate(12)).toBe('12 bit/s');
    expect(percent(0.1234, 1)).toBe('12.3 %');
    expect(percent(NaN)).toBe('–');
    expect(milliseconds(0.04)).toBe('< 0.1 ms');
    expect(milliseconds(1500)).toBe('1.5 s');
  });
});
