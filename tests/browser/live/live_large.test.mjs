// The live page of a network with thousands of links: five for each of RHUMB_NODES nodes, 320 unless it
// is said.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, large, launch, openPage } from './lab.mjs';
import { preview, ready, scene, text } from './scene.mjs';

const NODES = Number(process.env.RHUMB_NODES ?? 320);
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

// Reads the feed as a program does; by kind, the sizes of its events in bytes.
function listen(url) {
  const heard = { sizes: {}, longestSilence: 0 };
  const abort = new AbortController();
  heard.end = () => abort.abort();
  const read = async () => {
    const response = await fetch(`${url}live/v1`, { signal: abort.signal });
    let last = performance.now();
    let bytes = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      heard.longestSilence = Math.max(heard.longestSilence, performance.now() - last);
      last = performance.now();
      bytes += part;
      for (let end = bytes.indexOf('\n\n'); end >= 0; end = bytes.indexOf('\n\n')) {
        const kind = /^event: (.*)$/m.exec(bytes.slice(0, end))[1];
        (heard.sizes[kind] ??= []).push(end);
        bytes = bytes.slice(end + 2);
      }
    }
  };
  read().catch(() => {});
  return heard;
}

test(`${NODES} nodes are drawn, and what happens to them is small`, async (t) => {
  const { controller, context } = await scene(t, browser, { policy: 'shortest-path', nodes: NODES });
  context.setDefaultTimeout(400_000);
  const patience = 400_000;
  const topology = large(NODES, 5 * NODES);
  const heard = listen(controller.url);
  t.after(() => heard.end());
  const page = await openPage(context, controller.url);
  await page.getByText('Waiting for a network').waitFor();
  const began = performance.now();
  await controller.tell({ do: 'topology', topology });
  console.log(`# the controller took the network in ${Math.round(performance.now() - began)} ms`);
  await eventually('the network is told', () => heard.sizes.topology, patience);
  const name = (link) => `${link.source}>${link.destination}`;
  const busy = topology.links[10];
  const demands = [];
  for (let i = 0; i < 200; i++) demands.push([`N${(i * 37) % NODES}`, `N${(i * 91 + 5) % NODES}`, 2e8]);
  const links = Object.fromEntries(topology.links.map((link, i) => [name(link), ((i * 7919) % 600) * 1e7]));
  await controller.tell({
    do: 'report',
    demands: demands.filter(([a, b]) => a !== b),
    links: { ...links, [name(busy)]: 9.5e9 },
  });
  await ready(page);
  await eventually('the busiest link is on the map', async () =>
    (await page.getByRole('img', { name: 'Now: busiest link' }).getAttribute('aria-label')).includes(`${name(busy)} at 95 percent`), patience);
  assert.equal(await page.evaluate(() => globalThis.rhumb.mapOf('now').lanes.many), true);
  const drawn = await page.locator('canvas.map').first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let pixels = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) pixels++;
    return pixels;
  });
  assert.ok(drawn > 20_000, `${drawn} pixels`);

  const failed = topology.links[20];
  const told = performance.now();
  await controller.tell({ do: 'link', link: name(failed), up: false });
  const answered = performance.now();
  await page.getByText('1 link has failed').waitFor();
  console.log(`# a failure was answered after ${Math.round(answered - told)} ms, and on the page ${Math.round(performance.now() - answered)} ms later`);
  await preview(page, name(topology.links[30]));
  assert.match(await text(page, '.preview .big'), /%/);

  const most = (kind) => Math.max(...heard.sizes[kind]);
  console.log(`# bytes: ${JSON.stringify(Object.fromEntries(Object.keys(heard.sizes).map((kind) => [kind, most(kind)])))}`);
  console.log(`# longest silence of the feed: ${Math.round(heard.longestSilence)} ms`);
  assert.ok(most('topology') < 60 * topology.links.length + 60 * NODES, `${most('topology')} bytes`);
  assert.ok(most('loads') < 8.5 * topology.links.length + 400, `${most('loads')} bytes`);
  for (const kind of ['links', 'note', 'point', 'verdict', 'ping']) {
    if (heard.sizes[kind] !== undefined) assert.ok(most(kind) < 500, `${kind}: ${most(kind)} bytes`);
  }
  // Keys move the map: a number for whoever reads the log.
  const frames = await page.evaluate(
    () =>
      new Promise((done) => {
        const canvas = document.querySelector('canvas.map');
        const times = [];
        const step = () => {
          times.push(performance.now());
          canvas.dispatchEvent(new KeyboardEvent('keydown', { key: times.length % 2 ? 'ArrowLeft' : 'ArrowRight' }));
          if (times.length <= 60) return requestAnimationFrame(step);
          done(times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b));
        };
        requestAnimationFrame(step);
      }),
  );
  console.log(`# panning: a frame every ${Math.round(frames[30])} ms, 95 % within ${Math.round(frames[56])} ms`);
  // A controller that is busy for as long as anybody waits refuses calls, which browsers log.
  assert.deepEqual(page.complaints.filter((complaint) => !/Failed to load resource.*(429|499|503|504)/.test(complaint)), []);
});
