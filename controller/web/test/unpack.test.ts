import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSeries, unpackLoads } from '../src/data/unpack';

// Written by hand, and read by the test of the packing in C++ too.
const golden = JSON.parse(readFileSync(new URL('./golden_loads.json', import.meta.url), 'utf8')) as {
  links: number;
  moments: number;
  loads: number[];
  bytes: number[];
  base64: string;
};

describe('packed loads', () => {
  it('decodes the golden bytes', () => {
    const decoded = decodeSeries(Uint8Array.from(golden.bytes), golden.links, golden.moments);
    expect([...decoded]).toEqual(golden.loads);
  });

  it('inflates the golden text', async () => {
    const decoded = await unpackLoads(golden.base64, golden.links, golden.moments);
    expect([...decoded]).toEqual(golden.loads);
  });

  it('refuses bytes that are not all there', () => {
    expect(() => decodeSeries(new Uint8Array(5), 2, 3)).toThrow(/5 bytes/);
  });
});
