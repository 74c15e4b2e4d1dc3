// Makes topologies/layout/coastline.inc from Natural Earth's land (public domain, as the package
// world-atlas has it): simplified, in hundredths of a degree. By hand, after `npm ci`:
//
//   node tools/coastline.mjs > ../../topologies/layout/coastline.inc
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { feature } from 'topojson-client';
import { filter, filterWeight, presimplify, simplify } from 'topojson-simplify';

const LEAST_AREA = 0.03; // square degrees: smaller corners are cut
const LEAST_ISLAND = 0.25; // square degrees: smaller islands are left out

const file = createRequire(import.meta.url).resolve('world-atlas/land-50m.json');
const world = presimplify(JSON.parse(readFileSync(file, 'utf8')));
const coarse = filter(simplify(world, LEAST_AREA), filterWeight(world, LEAST_ISLAND));
const land = feature(coarse, coarse.objects.land);
const shapes = land.type === 'FeatureCollection' ? land.features : [land];

function area(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return Math.abs(sum / 2);
}

const lines = ['// Made by controller/web/tools/coastline.mjs. Rings: the number of points, then longitude and', '// latitude of each in hundredths of a degree.'];
let points = 0;
for (const { geometry } of shapes) {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  for (const ring of polygons.flat()) {
    const south = Math.max(...ring.map((p) => p[1]));
    if (south < -60 || area(ring) < LEAST_ISLAND || ring.length < 4) continue;
    points += ring.length;
    const numbers = [ring.length, ...ring.flat().map((v) => Math.round(v * 100))];
    let line = '';
    for (const n of numbers) {
      if (line.length + String(n).length + 1 > 98) {
        lines.push(line);
        line = '';
      }
      line += `${n},`;
    }
    lines.push(line);
  }
}
process.stderr.write(`${points} points\n`);
process.stdout.write(lines.join('\n') + '\n');
