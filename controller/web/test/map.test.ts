import { describe, expect, it } from 'vitest';
import { stepOf } from '../src/map/colours';
import { FreeRoom, placesBeside } from '../src/map/labels';
import { Lanes } from '../src/map/lanes';
import { inWords } from '../src/map/painter';
import type { MapPicture } from '../src/map/picture';
import { CHANGES, points } from '../src/map/scheme';

// A to B and back, and a second link from A to B: eastwards.
const picture: MapPicture = {
  width: 100,
  height: 50,
  nodes: [
    { name: 'A', description: '', x: 10, y: 25 },
    { name: 'B', description: '', x: 90, y: 25 },
  ],
  links: [
    { name: 'A>B', source: 0, destination: 1, capacityBps: 1e9, delayS: 0.001 },
    { name: 'B>A', source: 1, destination: 0, capacityBps: 1e9, delayS: 0.001 },
    { name: 'A>B#2', source: 0, destination: 1, capacityBps: 4e9, delayS: 0.001 },
  ],
  coast: '',
  breaks: [],
};

describe('steps of load', () => {
  it('begin at their limits', () => {
    expect([0.249, 0.25, 0.5, 0.7, 0.85].map(stepOf)).toEqual([0, 1, 2, 3, 4]);
    expect(stepOf(0)).toBe(0);
    expect(stepOf(1)).toBe(4); // full, and not over
    expect(stepOf(1.001)).toBe(5);
  });
});

describe('lanes', () => {
  const lanes = new Lanes(picture);
  lanes.place({ scale: 1, x: 0, y: 0 }, 1);

  it('keep to the right of their way, parallel ones beside each other', () => {
    const y = (link: number) => lanes.at(link, 0.5)[1];
    expect(y(0)).toBeGreaterThan(25); // eastwards: to the south
    expect(y(1)).toBeLessThan(25);
    expect(y(2)).toBeGreaterThan(y(0));
  });

  it('are wider for more capacity', () => {
    expect(lanes.widths[2]).toBeGreaterThan(lanes.widths[0]);
  });

  it('are found by a pixel on them and by none beside them', () => {
    const [x, y] = lanes.at(1, 0.4);
    expect(lanes.nearest(x, y, 6)).toBe(1);
    expect(lanes.nearest(50, 0, 6)).toBe(-1);
  });
});

describe('labels', () => {
  it('never cover each other or leave the frame', () => {
    const room = new FreeRoom(60, 40);
    const taken = [];
    for (let i = 0; i < 20; i++) {
      const box = room.takeFirst(placesBeside(30, 20, 20, 10));
      if (box !== null) taken.push(box);
    }
    expect(taken.length).toBeGreaterThan(1);
    for (const a of taken) {
      expect(a.left >= 2 && a.right <= 58 && a.top >= 2 && a.bottom <= 38).toBe(true);
      for (const b of taken) {
        const apart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
        expect(a === b || apart).toBe(true);
      }
    }
  });
});

describe('words of a map', () => {
  it('name the busiest link that is up, and count what is wrong', () => {
    const states = ['failed', 'up', 'up'] as const;
    const words = inWords(picture, { utilization: [9, 1.2, 0.5], state: (link) => states[link] }, 'neural');
    expect(words).toBe('neural: busiest link B>A at 120 percent of capacity; 1 links over capacity; 1 failed');
  });

  it('know when nothing is known', () => {
    const words = inWords(picture, { utilization: [NaN, NaN, NaN], state: () => 'up' }, 'neural');
    expect(words).toBe('neural: no loads are known');
  });
});

describe('steps of change', () => {
  it('are alike for less and for more, with the unchanged in the middle', () => {
    expect([-0.3, -0.2, -0.05, 0, 0.05, 0.2, 0.3].map(CHANGES.stepOf)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(CHANGES.stepOf(-0.5)).toBe(6 - CHANGES.stepOf(0.5));
    for (const dark of [false, true]) expect(CHANGES.ramp(dark).length).toBe(CHANGES.names.length);
    expect([0, 1, 2, 3].map(CHANGES.strength)).toEqual([6, 5, 4, 3].map(CHANGES.strength));
  });

  it('are told in points with their sign', () => {
    expect([0.123, -0.5, 0.004, -0.004].map(points)).toEqual(['+12', '−50', '±0', '±0']);
  });
});
