// The live page in a real browser, against a real controller.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { coloursOf, eventually, launch, openPage, square } from './lab.mjs';
import { loaded, logIn, most, preview, RAMP, ready, scene as sceneIn, text } from './scene.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

const scene = (t, options, view) => sceneIn(t, browser, options, view);
const unused = RAMP.light[0];

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

test('an operator sees what a drain would do, on three maps, before it can be done, and the audit has it', async (t) => {
  const { controller, context } = await scene(t, { tokens: true });
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await logIn(page, controller.tokens.operator);
  await ready(page);
  const drain = page.locator('button.act');
  assert.equal(await drain.isDisabled(), true);
  await page.getByLabel('Reason').fill('fibre work');
  await preview(page, 'A-D');
  assert.equal(await drain.isEnabled(), true);
  // By hand: 0.9 from A to D go over B and C alike under ECMP, over B alone under shortest path; 0.3
  // from B to C over A and D alike, and over D alone.
  const seen = async (map, link) => most(await coloursOf(page, `preview-${map}`, link));
  assert.equal(await seen('now', 'A>D'), RAMP.light[4]);
  assert.equal(await seen('now', 'A>B'), RAMP.light[0]);
  assert.equal(await seen('then', 'A>B'), RAMP.light[1]);
  assert.equal(await seen('then', 'B>D'), RAMP.light[2]);
  assert.equal(await seen('shortest', 'A>B'), RAMP.light[4]);
  assert.equal(await seen('shortest', 'C>D'), RAMP.light[0]);
  for (const map of ['then', 'shortest']) {
    // Dotted, and in no step's colour.
    const colours = Object.keys(await coloursOf(page, `preview-${map}`, 'A>D'));
    assert.deepEqual(colours.filter((colour) => RAMP.light.includes(colour)), [], map);
    const label = await page.getByRole('img', { name: `Preview: ${map === 'then' ? 'then' : 'shortest path then'}:` }).getAttribute('aria-label');
    assert.match(label, /2 drained/);
  }
  const named = await page.locator('.preview .busiest').allInnerTexts();
  for (const [i, link] of [/A>D$/, /A>C$|B>D$/, /A>B$|B>D$/].entries()) assert.match(named[i], link);
  assert.deepEqual(await page.locator('.preview .big').allInnerTexts(), ['90 %', '60 %', '120 %']);
  assert.match(await text(page, '.preview'), /busiest link\s+90.0 %\s+60.0 %\s+120.0 %/);
  assert.match(await text(page, '.preview'), /A>D\s+90 %\s+0 %\s+0 %/);
  await page.locator('.preview .twin summary').nth(1).click();
  const rows = page.locator('.preview .twin').nth(1).locator('tbody tr');
  await eventually('the table has all links', async () => (await rows.count()) === 10);
  assert.equal(await rows.filter({ hasText: 'drained' }).count(), 2);

  // What was seen holds for what was looked at, and for the network as it was.
  await page.getByLabel('Link', { exact: true }).fill('A-B');
  assert.equal(await drain.isDisabled(), true);
  assert.equal(await page.locator('.preview canvas').count(), 0);
  await preview(page, 'A-D');
  await controller.tell({ do: 'link', link: 'C>D', up: false });
  await page.getByText('The network has changed since').waitFor();
  assert.equal(await drain.isDisabled(), true);
  await controller.tell({ do: 'link', link: 'C>D', up: true });
  await eventually('the link is back', async () => !/failed/.test(await text(page, '.verdict')));

  await preview(page, 'A-D');
  await drain.click();
  await page.getByText('2 links are drained').waitFor();
  await page.getByText('Audit', { exact: true }).click();
  await eventually('the audit names who drained what and why', async () =>
    /operator\s+DrainLink .*A-D.*fibre work/.test(await text(page, '.operate details .scroll tbody').catch(() => '')));
  await preview(page, 'A-D', 'undrain');
  assert.deepEqual(await page.locator('.preview .big').allInnerTexts(), ['60 %', '90 %', '90 %']);
  assert.equal(await seen('then', 'A>D'), RAMP.light[4]);
  await drain.click();
  await eventually('no link is drained', async () => !/drained/.test(await text(page, '.verdict')));
  assert.deepEqual(page.complaints.filter((complaint) => !complaint.includes('401')), []);
});

test('an operator goes back to the plan before, and keeps it', async (t) => {
  const { controller, context } = await scene(t, { tokens: true });
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await logIn(page, controller.tokens.operator);
  await ready(page);
  // Two plans more, each because of a link: the one before the latest is offered.
  for (const up of [false, true]) await controller.tell({ do: 'link', link: 'C>D', up });
  const offered = page.getByLabel('Go back to plan');
  const versions = () => offered.locator('option').evaluateAll((options) => options.map(({ value }) => Number(value)));
  await eventually('there is a plan to go back to', async () => (await versions()).length > 1);
  const inForce = async () => Number(/version (\d+)/.exec(await text(page, '.facts'))[1]);
  await eventually('the latest plan before is offered', async () =>
    Number(await offered.inputValue()) === Math.max(...(await versions())) && !(await versions()).includes(await inForce()));
  const before = await inForce();
  const chosen = (await versions()).at(-1);
  await offered.selectOption(String(chosen));
  await page.getByLabel('Because').fill('a try');
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.locator('.operate .said').getByText(`back to plan ${chosen}`).waitFor();
  await page.getByText('rolled back until').waitFor();
  await page.getByRole('button', { name: 'Confirm rollback' }).click();
  await page.getByText('a rolled-back plan is held').waitFor();
  await eventually('it is a plan of its own', async () => (await inForce()) > before);
  assert.deepEqual(page.complaints.filter((complaint) => !complaint.includes('401')), []);
});

test('a link of no network is refused with words, and nothing can be done to it', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  await page.getByLabel('Link', { exact: true }).fill('A>Q');
  await page.getByRole('button', { name: 'Preview drain' }).click();
  await page.locator('.drain .said').getByText('A>Q').waitFor();
  assert.equal(await page.locator('button.act').isDisabled(), true);
  assert.equal(await page.locator('.preview canvas').count(), 0);
});

test('eight tabs of one browser are all told', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const pages = [];
  for (let i = 0; i < 8; i++) pages.push(await openPage(context, controller.url));
  for (const page of pages) await ready(page);
  await controller.tell({ do: 'link', link: 'B>D', up: false });
  for (const page of pages) await page.getByText('1 link has failed').waitFor();
});
