// The live page in a real browser, against a real controller.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, coloursOf, eventually, launch, openPage, square, violations } from './lab.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

// A browser of its own, with a controller of its own that steers a square under some load.
async function scene(t, options = {}, view = { viewport: { width: 1280, height: 1000 } }) {
  const controller = new Controller(options);
  await controller.start();
  const context = await browser.newContext({ colorScheme: 'light', ...view });
  t.after(async () => {
    await context.close();
    await controller.close();
  });
  return { controller, context };
}
async function loaded(controller, topology = square()) {
  await controller.tell({ do: 'topology', topology });
  await controller.tell({ do: 'plans', name: 'lab' });
  const [a, b, c, d] = topology.nodes.map((node) => node.name);
  await controller.tell({
    do: 'report',
    demands: [[a, d, 0.9e9], [b, c, 0.3e9]],
    links: { [`${a}>${d}`]: 0.9e9, [`${a}>${b}`]: 0.6e9, [`${b}>${a}`]: 0.1e9, [`${d}>${c}`]: 1.2e9 },
  });
}
const text = (page, selector) => page.locator(selector).first().innerText();
const ready = (page) => page.getByText('Busiest link: ').waitFor();
async function logIn(page, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}
const most = (counts) => Object.entries(counts).sort((x, y) => y[1] - x[1])[0][0];
const unused = '#c3d0de';

test('loads, a failure and its end are drawn on the links that they are of', async (t) => {
  const { controller, context } = await scene(t);
  const page = await openPage(context, controller.url);
  await page.getByText('Waiting for a network').waitFor();
  await loaded(controller);
  await ready(page);
  await eventually('A>B is drawn in the step of 60 %', async () => most(await coloursOf(page, 'now', 'A>B')) === '#4d87c0');
  assert.equal(most(await coloursOf(page, 'now', 'A>D')), '#d4550f');
  assert.equal(most(await coloursOf(page, 'now', 'B>A')), unused);
  await controller.tell({ do: 'link', link: 'A>B', up: false });
  const told = performance.now();
  await page.getByText('1 link has failed').waitFor();
  console.log(`# the failure was on the page ${Math.round(performance.now() - told)} ms after the answer to the call`);
  await eventually('the failed link has no load', async () => !('#4d87c0' in (await coloursOf(page, 'now', 'A>B'))));
  // Its neighbours look as they did: nothing of it leaks into how they are drawn.
  assert.equal(most(await coloursOf(page, 'now', 'A>D')), '#d4550f');
  assert.equal(most(await coloursOf(page, 'now', 'B>A')), unused);
  assert.match(await page.locator('canvas.map').first().getAttribute('aria-label'), /1 failed/);
  await page.getByText('Links as a table').first().click();
  assert.match(await text(page, '.twin tr:has(bdi:text-is("A>B"))'), /failed/);
  await controller.tell({ do: 'link', link: 'A>B', up: true });
  await eventually('the link is back', async () => most(await coloursOf(page, 'now', 'A>B')) === '#4d87c0');
  assert.match(await text(page, 'section.log tbody'), /back\s+A>B/);
  assert.deepEqual(page.complaints, []);
});

test('a demand that is chosen lights up and is explained', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  await controller.tell({ do: 'link', link: 'A>D', up: false });
  await controller.tell({ do: 'report', demands: [['A', 'D', 0.9e9]], links: {} });
  const row = page.locator('button.row', { hasText: 'A → D' });
  await row.waitFor();
  await row.focus();
  await page.keyboard.press('Enter');
  await page.locator('.detail').getByText('Shortest path: ').waitFor();
  assert.match(await text(page, '.detail'), /% over A>/);
  assert.deepEqual(page.complaints, []);
});

test('silence is shown with the age of what is shown', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  assert.equal(await page.locator('.banner').isVisible(), false);
  // It lives, and says nothing.
  controller.process.kill('SIGSTOP');
  const silent = performance.now();
  await page.locator('.banner').waitFor({ state: 'visible' });
  console.log(`# silence was shown after ${Math.round(performance.now() - silent)} ms`);
  assert.match(await text(page, '.banner'), /last heard \d+ s ago/);
  assert.equal(await page.evaluate(() => document.body.classList.contains('lost')), true);
  controller.process.kill('SIGCONT');
  await page.locator('.banner').waitFor({ state: 'hidden' });
});

test('after a restart the page goes on by itself with what is true then', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  await controller.stop();
  await page.locator('.banner').waitFor({ state: 'visible' });
  await controller.start();
  await page.locator('.banner').waitFor({ state: 'hidden' });
  // Nothing has been measured since: old loads are not shown as if they had been.
  await page.getByText('Waiting for telemetry').waitFor();
  assert.equal(await text(page, '.maphead .big'), '–');
  await loaded(controller);
  await ready(page);
});

test('a viewer sees all and can change nothing', async (t) => {
  const { controller, context } = await scene(t, { tokens: true });
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await logIn(page, 'rhumb_wrong');
  await page.getByText('This token is not known here').waitFor();
  await logIn(page, controller.tokens.viewer);
  await ready(page);
  for (const name of [/drain/i, /roll back/i, /pin/i]) assert.equal(await page.getByRole('button', { name }).count(), 0);
  const refused = await page.evaluate(async () => {
    const response = await fetch('/api/v1/drain', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Rhumb-Request': '1' },
      body: '{"link":"A-B"}',
    });
    return response.status;
  });
  assert.equal(refused, 403);
  // The token is nowhere that a script, or the next user of the browser, could find it.
  const kept = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href]));
  assert.equal(kept.includes(controller.tokens.viewer), false);
  assert.equal(kept.includes('rhumb='), false);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Token').waitFor();
  assert.equal(await page.locator('#page').isVisible(), false);
});

test('an operator sees what a drain would do before it can be done, and the audit has it', async (t) => {
  const { controller, context } = await scene(t, { tokens: true });
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await logIn(page, controller.tokens.operator);
  await ready(page);
  const drain = page.locator('button.act');
  assert.equal(await drain.isDisabled(), true);
  await page.getByLabel('Link', { exact: true }).fill('A-B');
  await page.getByLabel('Reason').fill('fibre work');
  await page.getByRole('button', { name: 'Preview drain' }).click();
  await page.getByText('shortest path then').waitFor();
  assert.match(await text(page, '.preview'), /busiest link\s+\d+(\.\d+)? %\s+\d+(\.\d+)? %\s+\d+(\.\d+)? %/);
  await page.getByLabel('Link', { exact: true }).fill('A-D');
  assert.equal(await drain.isDisabled(), true);
  await page.getByLabel('Link', { exact: true }).fill('A-B');
  await page.getByRole('button', { name: 'Preview drain' }).click();
  await eventually('the button works', () => drain.isEnabled());
  await drain.click();
  await page.getByText('2 links are drained').waitFor();
  await page.getByText('Audit', { exact: true }).click();
  await eventually('the audit names who drained what and why', async () =>
    /operator\s+DrainLink .*A-B.*fibre work/.test(await text(page, '.operate details .scroll tbody').catch(() => '')));
  await page.getByRole('button', { name: 'Preview undrain' }).click();
  await eventually('the button works', () => drain.isEnabled());
  await drain.click();
  await eventually('no link is drained', async () => !/drained/.test(await text(page, '.verdict')));
  assert.deepEqual(page.complaints.filter((complaint) => !complaint.includes('401')), []);
});

test('names of any kind break nothing', async (t) => {
  const { controller, context } = await scene(t, {}, { viewport: { width: 1100, height: 900 } });
  const names = ['<img src=x onerror=alert(1)>', '\u202eabc\u202c\u2066', 'x'.repeat(4000), '</script><script>alert(1)</script>'];
  // Characters that no name may have.
  const allowed = names.map((name) => name.replaceAll('>', '\u203a').replaceAll('#', ''));
  await loaded(controller, { ...square(allowed), name: '<b>"\'&\u202e' });
  const page = await openPage(context, controller.url);
  await ready(page);
  await page.waitForTimeout(0);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
  assert.deepEqual(page.complaints, []);
});

for (const [theme, width] of [['light', 1280], ['dark', 1280], ['dark', 420]]) {
  test(`axe finds nothing: ${theme}, ${width} pixels`, async (t) => {
    const { controller, context } = await scene(t, {}, { viewport: { width, height: 900 }, colorScheme: theme });
    await loaded(controller);
    const page = await openPage(context, controller.url);
    await ready(page);
    await page.getByText('Links as a table').first().click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.complaints, []);
    });
}

test('eight tabs of one browser are all told', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const pages = [];
  for (let i = 0; i < 8; i++) pages.push(await openPage(context, controller.url));
  for (const page of pages) await ready(page);
  await controller.tell({ do: 'link', link: 'B>D', up: false });
  for (const page of pages) await page.getByText('1 link has failed').waitFor();
});
