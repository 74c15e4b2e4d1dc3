// How the live page looks, to those who see it and to those who do not: axe-core on every view, themes,
// narrow windows, paper, colour blindness, and names of any kind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { coloursOf, eventually, launch, openPage, pixelOf, square, violations } from './lab.mjs';
import { loaded, logIn, most, preview, RAMP, ready, scene as sceneIn, text } from './scene.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});
const scene = (t, options, view) => sceneIn(t, browser, options, view);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

// Everything that can be opened, open: tables, a preview, an explanation, the audit.
async function openAll(page) {
  await preview(page, 'A-B');
  await page.locator('button.row').first().click();
  await page.locator('.detail').getByText('Shortest path: ').waitFor();
  for (const summary of await page.locator('summary').all()) await summary.click();
  await page.locator('.operate details .scroll').waitFor();
}

for (const [theme, other, width] of [['light', 'Dark', 1280], ['dark', 'Light', 420]]) {
  test(`axe finds nothing in any view, ${theme} first, ${width} pixels`, async (t) => {
    const { controller, context } = await scene(t, { tokens: true }, { viewport: { width, height: 900 }, colorScheme: theme });
    const page = await openPage(context, controller.url);
    const check = async (view) => {
      assert.deepEqual(await violations(page), [], view);
      assert.equal(await fits(page), true, view);
    };
    await page.getByLabel('Token').waitFor();
    await check('login');
    await logIn(page, controller.tokens.operator);
    await page.getByText('Waiting for a network').waitFor();
    await check('without a network');
    await loaded(controller);
    await ready(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
    await eventually('A>B is at 60 %', async () => most(await coloursOf(page, 'now', 'A>B')) === RAMP[theme][2]);
    // A demand off its shortest path, a pin, a failure and a refusal, so that every row there can be is.
    await controller.tell({ do: 'link', link: 'A>D', up: false });
    await controller.tell({ do: 'report', demands: [['A', 'D', 0.9e9], ['B', 'C', 0.3e9]] });
    await controller.tell({ do: 'refuse', name: 'stubborn' });
    await openAll(page);
    await page.getByRole('button', { name: 'Pin to these paths' }).click();
    await page.getByText('pinned: ').waitFor();
    await check('all that an operator can open');
    for (const map of await page.locator('canvas.map').all()) {
      const box = await map.boundingBox();
      assert.ok(box.width > (width < 500 ? 300 : 200) && box.x + box.width <= width, JSON.stringify(box));
    }
    await page.getByRole('button', { name: other, exact: true }).click();
    await check('the same in the other theme');
    controller.process.kill('SIGSTOP');
    await page.locator('.banner').waitFor({ state: 'visible' });
    await check('nothing is heard');
    controller.process.kill('SIGCONT');
    assert.deepEqual(page.complaints.filter((complaint) => !complaint.includes('401')), []);
  });
}

test('the steps of load are apart for those who do not see green, on the maps too', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'deuteranopia' });
  const apart = (colours) => {
    for (let i = 1; i < colours.length; i++) {
      const distance = Math.hypot(...colours[i].map((value, k) => value - colours[i - 1][k]));
      assert.ok(distance > 40, `${i - 1} and ${i}: ${colours[i - 1]} and ${colours[i]}`);
    }
  };
  const swatches = [];
  for (const swatch of (await page.locator('.legend i').all()).slice(0, 5)) swatches.push(await pixelOf(context, await swatch.screenshot()));
  apart(swatches);
  // As the screen shows the lanes of links at 10, 60, 90 and 120 %.
  const lanes = [];
  for (const link of ['B>A', 'A>B', 'A>D']) {
    const at = await page.evaluate((name) => {
      const map = globalThis.rhumb.mapOf('now');
      const [x, y] = map.lanes.at(map.picture.links.findIndex((facts) => facts.name === name), 0.3);
      const box = map.canvas.getBoundingClientRect();
      return { x: Math.round(box.left + x), y: Math.round(box.top + y), width: 1, height: 1 };
    }, link);
    lanes.push(await pixelOf(context, await page.screenshot({ clip: at })));
  }
  apart(lanes);
});

test('on paper the page is light, and without what only a screen can do', async (t) => {
  const { controller, context } = await scene(t, {}, { colorScheme: 'dark' });
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  await page.evaluate(() => {
    window.addEventListener('beforeprint', () => {
      window.printed = document.documentElement.dataset.theme;
      const canvas = document.querySelector('canvas.map');
      window.paper = [...canvas.getContext('2d').getImageData(canvas.width / 2, 4, 1, 1).data];
    });
  });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('button', { name: 'Preview drain' }).isVisible(), false);
  assert.equal(await page.getByLabel('Reason').isVisible(), false);
  assert.ok((await page.pdf()).length > 20_000);
  assert.equal(await page.evaluate(() => window.printed), 'light');
  await page.emulateMedia({ media: 'screen' });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await eventually('the map is dark again', async () => most(await coloursOf(page, 'now', 'A>B')) === RAMP.dark[2]);
});

test('a map is moved by keys, and the theme by its button', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller);
  const page = await openPage(context, controller.url);
  await ready(page);
  const canvas = page.locator('canvas.map').first();
  const picture = () => canvas.evaluate((c) => c.toDataURL());
  await canvas.focus();
  for (const key of ['+', 'ArrowLeft', 'ArrowDown', '-']) {
    const last = await picture();
    await page.keyboard.press(key);
    await eventually(`${key} moves it`, async () => (await picture()) !== last);
  }
  await page.keyboard.press('0');
  await page.getByRole('button', { name: 'Dark' }).click();
  await eventually('it is dark', async () => most(await coloursOf(page, 'now', 'A>B')) === RAMP.dark[2]);
});

const MARKUP = '<img src=x onerror=alert(1)>';
const BACKWARDS = '\u202eabc\u202c\u2066';
const LONG = 'x'.repeat(4000);
for (const width of [1100, 420]) {
  test(`names of any kind break nothing, ${width} pixels`, async (t) => {
    const { controller, context } = await scene(t, {}, { viewport: { width, height: 900 } });
    // Without the characters that no name of a node may have.
    const names = [MARKUP, BACKWARDS, LONG, '</script><script>alert(1)</script>'].map((name) =>
      name.replaceAll('>', '\u203a').replaceAll('#', ''));
    await loaded(controller, { ...square(names), name: `<b>"'&\u202e${LONG}` }, MARKUP);
    for (const adapter of [BACKWARDS, LONG.slice(0, 200), '</table><svg onload=alert(2)>']) {
      await controller.tell({ do: 'refuse', name: adapter, why: `${MARKUP}${BACKWARDS}${LONG.slice(0, 400)}` });
    }
    const page = await openPage(context, controller.url);
    await ready(page);
    const title = await page.title();
    const [first, second, long, last] = names;
    await page.getByLabel('Reason').fill(`${MARKUP}${BACKWARDS}`);
    await controller.tell({ do: 'link', link: `${first}>${last}`, up: false });
    await controller.tell({ do: 'report', demands: [[first, last, 0.9e9]] });
    await page.locator('button.row').first().click();
    await page.locator('.detail').getByText('Shortest path: ').waitFor();
    await preview(page, `${long}>${first}`);
    assert.equal(await fits(page), true);
    const drain = await preview(page, `${first}>${second}`);
    for (const summary of await page.locator('summary').all()) await summary.click();
    assert.equal(await fits(page), true);
    await drain.click();
    await page.getByText('1 link is drained').waitFor();
    await eventually('the audit has the reason', async () => (await text(page, '.operate details tbody')).includes(MARKUP));
    assert.equal(await fits(page), true);
    assert.equal(await page.locator('#page img, #page script, #page svg svg').count(), 0);
    assert.doesNotMatch(await page.locator('#page').innerText(), /[\u202a-\u202e\u2066-\u2069]/);
    assert.equal(await page.title(), title);
    assert.ok(title.length < 100);
    assert.deepEqual(page.complaints, []);
  });
}

test('a network without a name has one to be read', async (t) => {
  const { controller, context } = await scene(t);
  await loaded(controller, { ...square(), name: '' });
  const page = await openPage(context, controller.url);
  await ready(page);
  assert.equal(await text(page, '#page h1'), '(no name)');
});
