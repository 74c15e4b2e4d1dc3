// The report of `rhumb replay` in a real browser.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { launch, openReport, rhumb, settle, skipWithoutChromium, temporaryDirectory, violations, withPage } from './browser.mjs';

skipWithoutChromium();

const directory = temporaryDirectory();
const report = join(directory, 'report.html');
const FAILED_AT = 6; // an interval of the event below
const QUIET_AT = 1;
const REASON = /with all of it on its shortest path .* would be at \d+ % of its capacity; it is at .* under neural, at .* under shortest-path/;
// From much less to much more (controller/web/src/map/scheme.ts).
const CHANGES = {
  light: ['0a3f86', '3f83c9', '9cc4ea', 'd3d9e0', 'f2b76c', 'd2690f', '7f2f00'],
  dark: ['8fd0ff', '4a97dd', '2f5f92', '2c3a4a', '86591c', 'd98b2b', 'ffd08a'],
};
let browser;

before(async () => {
  rhumb(
    'replay', '--topology', 'abilene', '--traffic', 'abilene-2004', '--load', '1.3', '--intervals', '0:13',
    '--policies', 'shortest-path,ecmp,lp-previous,neural', '--event', 'link-down:DNVRng-KSCYng@5..9', '--out', directory,
  );
  browser = await launch();
});
after(() => browser?.close());

// A report that differs from the real one in what `change` does to its data.
function variant(name, change) {
  const html = readFileSync(report, 'utf8');
  const [, head, json, tail] = html.match(/^(.*<script type="application\/json" id="rhumb-data">)(.*?)(<\/script>.*)$/s);
  const data = JSON.parse(json);
  change(data);
  const file = join(directory, `${name}.html`);
  writeFileSync(file, head + JSON.stringify(data).replaceAll('<', '\\u003c') + tail);
  return file;
}

const go = async (page, index) => {
  await page.evaluate((i) => window.rhumbReport.state.go(i), index);
  await settle(page);
};

// The colour of a named link's lane that part of the way, as six hex digits; `map` is 0 or 1.
const colourOf = (page, map, link, part) =>
  page.evaluate(
    ([map, name, part]) => {
      const shown = window.rhumbReport.maps[map];
      const index = shown.picture.links.findIndex((link) => link.name === name);
      const [x, y] = shown.lanes.at(index, part);
      const pixel = shown.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data;
      return [...pixel.slice(0, 3)].map((v) => v.toString(16).padStart(2, '0')).join('');
    },
    [map, link, part],
  );

const text = (page, selector) => page.locator(selector).innerText();

describe('report', () => {
  it('has data in every view and nothing to complain about', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      assert.match(await text(page, 'h1'), /abilene/);
      assert.match(await text(page, '.verdict'), /neural (beats|loses to) shortest-path/);
      assert.equal(await page.locator('canvas.map').count(), 2);
      for (const label of await page.locator('canvas.map').evaluateAll((all) => all.map((c) => c.getAttribute('aria-label')))) {
        assert.match(label, /busiest link \w+>\w+ at \d+ percent/);
      }
      for (const card of ['How far from the best possible', 'Which links changed']) {
        const drawing = page.locator('section.card', { hasText: card }).locator('svg[role=img]');
        assert.ok((await drawing.locator('path, circle').count()) > 3, card);
      }
      assert.ok((await page.locator('section.card', { hasText: 'Why' }).locator('tbody tr').count()) > 0);
      assert.equal(await page.locator('section.card', { hasText: 'All policies' }).locator('tbody tr').count(), 4);
      assert.match(await text(page, 'pre'), /^rhumb replay --topology abilene .*--out /);
      assert.match(await text(page, 'section.card:has(pre)'), /rhumb \d+\.\d+\.\d+, commit \w+/);
      assert.equal(await page.locator('.timeline canvas').count(), 1);
    });
  });

  it('moves everything with the slider, by mouse and by keys', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      await go(page, 0);
      const seen = async () => ({
        figures: await page.locator('.big').allInnerTexts(),
        words: await page.locator('canvas.map').evaluateAll((all) => all.map((c) => c.getAttribute('aria-label'))),
        changed: await page.locator('section.card', { hasText: 'Which links changed' }).locator('svg').getAttribute('aria-label'),
        where: await text(page, 'output'),
        mark: await page.locator('.mark').evaluate((m) => m.style.transform),
      });
      const before = await seen();
      await page.locator('input[type=range]').focus();
      await page.keyboard.press('ArrowRight');
      await settle(page);
      const after = await seen();
      for (const key of Object.keys(before)) assert.notDeepEqual(after[key], before[key], key);
      assert.match(after.where, /interval 2 of 12/);
      assert.match(await page.locator('input[type=range]').getAttribute('aria-valuetext'), /interval 2 of 12/);
      const box = await page.locator('.u-over').boundingBox();
      await page.mouse.click(box.x + box.width - 1, box.y + 20);
      await settle(page);
      assert.match(await text(page, 'output'), /interval 12 of 12/);
      const widest = await page.evaluate(() => {
        const [a, b] = [window.rhumbReport.state.left, window.rhumbReport.state.right].map((policy) => policy.raw.mlu);
        const gaps = a.map((value, i) => Math.abs(value - b[i]));
        return gaps.indexOf(Math.max(...gaps));
      });
      await go(page, widest === 0 ? 1 : 0);
      await page.getByRole('button', { name: 'Worst gap' }).click();
      await settle(page);
      assert.match(await text(page, 'output'), new RegExp(`interval ${widest + 1} of 12`));
    });
  });

  it('plays and pauses', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      await go(page, 0);
      await page.getByRole('button', { name: 'Play' }).click();
      await page.waitForFunction(() => window.rhumbReport.state.now >= 3);
      await page.getByRole('button', { name: 'Pause' }).click();
      assert.equal(await page.getByRole('button', { name: 'Play' }).count(), 1);
    });
  });

  it('shows another policy on a map', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      await page.getByLabel('policy of the right map').selectOption({ label: 'shortest-path' });
      await page.waitForFunction(() => window.rhumbReport.state.right.name === 'shortest-path');
      await settle(page);
      const [left, right] = await page.locator('.big').allInnerTexts();
      assert.equal(left, right);
      assert.match(await text(page, 'section.card:has-text("Which links changed")'), /same loads/);
    });
  });

  it('lights the paths of a chosen demand on both maps, by keys too, and keeps the focus', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const row = page.locator('tbody tr[tabindex]').first();
      await row.focus();
      await page.keyboard.press('Enter');
      await settle(page);
      const chosen = page.locator('tr.chosen');
      assert.equal(await chosen.count(), 1);
      assert.equal(await chosen.evaluate((r) => r === document.activeElement), true);
      assert.match(await text(page, '.explained'), REASON);
      const marked = await page.evaluate(() => window.rhumbReport.maps.map((map) => [...map.marked].map((l) => map.picture.links[l].name)));
      assert.ok(marked[0].length > 0 && marked[1].length > 0);
      assert.notDeepEqual(marked[0], marked[1]);
      await page.keyboard.press(' ');
      await settle(page);
      assert.equal(await chosen.count(), 0);
      // Without a choice the largest is explained, and no path is lit.
      assert.match(await text(page, '.explained'), REASON);
      assert.deepEqual(await page.evaluate(() => window.rhumbReport.maps.map((map) => map.marked)), [null, null]);
    });
  });

  it('says what the shortest path would carry with a demand back on it', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const { name, link, back, path } = await page.evaluate(async () => {
        const { report, state } = window.rhumbReport;
        const [demand] = (await state.right.why())[state.now];
        const shortest = report.raw.paths[demand[4]];
        const carried = (link) => {
          const left = demand[3].filter(([path]) => report.raw.paths[path].includes(link)).reduce((sum, [, share]) => sum + share, 0) / 1000;
          return report.load(state.right, link, state.now) + (1 - left) * (demand[2] / report.picture.links[link].capacityBps);
        };
        const fullest = shortest.reduce((a, b) => (carried(b) > carried(a) ? b : a));
        const { nodes, links } = report.picture;
        return {
          name: `${nodes[demand[0]].name} › ${nodes[demand[1]].name}`,
          link: links[fullest].name,
          back: Math.round(carried(fullest) * 100),
          path: shortest.reduce((sum, link) => sum + links[link].delayS * 1e3, 0).toFixed(1),
        };
      });
      const said = await text(page, '.explained');
      assert.ok(said.startsWith(`${name}: with all of it on its shortest path (${path} ms), ${link} would be at ${back} %`), said);
    });
  });

  it('says where and when the network is nearest to breaking', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const peaks = await page.evaluate(() => {
        const { report, state } = window.rhumbReport;
        return [state.left, state.right].map((policy) => {
          let best = { load: -1 };
          for (let i = 0; i < report.intervals; i++) {
            const { utilization, state: stateOf } = report.moment(policy, i);
            report.picture.links.forEach(({ name }, link) => {
              if (stateOf(link) === 'up' && utilization[link] > best.load) best = { load: utilization[link], name, number: i + 1 };
            });
          }
          return `under ${policy.name} ${best.name} at ${Math.round(best.load * 100)} % (interval ${best.number},`;
        });
      });
      const said = await text(page, '.verdict');
      for (const peak of peaks) assert.ok(said.includes(peak), `${said} has ${peak}`);
    });
  });

  it('flips one map between the two policies by a key, in place', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const visible = () => page.locator('canvas.map:visible').evaluateAll((all) => all.map((c) => c.getAttribute('aria-label')));
      const press = async (key) => {
        await page.keyboard.press(key);
        await settle(page);
      };
      await press('f');
      assert.equal(await page.getByRole('button', { name: 'Flip in place' }).getAttribute('aria-pressed'), 'true');
      const [before, ...others] = await visible();
      assert.deepEqual(others, []);
      assert.match(before, /^shortest-path, flipped: busiest link/);
      // Zoomed in, it stays where it is.
      await page.locator('canvas.map:visible').focus();
      await press('+');
      const flipped = () =>
        page.evaluate(() => {
          const map = window.rhumbReport.views.flip.map;
          const { report, state } = window.rhumbReport;
          const colours = ['KSCYng>HSTNng', 'HSTNng>KSCYng', 'LOSAng>HSTNng'].map((name) => {
            const link = report.picture.links.findIndex((one) => one.name === name);
            const ramp = ['c3d0de', '86b1d9', '4d87c0', 'dd9a1f', 'd4550f', '8d0f2b'];
            const load = report.load(state.policy(state.side), link, state.now);
            const wanted = ramp[[0.25, 0.5, 0.7, 0.85].filter((limit) => load >= limit).length + (load > 1 ? 1 : 0)];
            const seen = [];
            for (let k = 0; k < 9; k++) {
              const [x, y] = map.lanes.at(link, 0.2 + k * 0.07);
              const pixel = map.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data;
              seen.push([...pixel.slice(0, 3)].map((v) => v.toString(16).padStart(2, '0')).join(''));
            }
            return { name, wanted, hits: seen.filter((colour) => colour === wanted).length };
          });
          return { where: String(map.transform), colours };
        });
      const first = await flipped();
      await press('f');
      assert.match((await visible())[0], /^neural, flipped: busiest link/);
      assert.match(await text(page, '.compare [aria-live]'), /The map shows neural, busiest link \d+ %/);
      assert.equal(await text(page, '.shown'), 'neural');
      const second = await flipped();
      assert.equal(second.where, first.where);
      for (const { name, wanted, hits } of [...first.colours, ...second.colours]) assert.ok(hits >= 3, `${name}: ${hits} of ${wanted}`);
      assert.notDeepEqual(second.colours, first.colours);
      await page.getByRole('button', { name: 'Flip (F)' }).click();
      await settle(page);
      assert.match((await visible())[0], /^shortest-path, flipped/);
      await press('s');
      assert.equal((await visible()).length, 2);
      // A letter in a list of policies chooses there and flips nothing.
      await page.getByLabel('policy of the left map').focus();
      await press('f');
      assert.equal((await visible()).length, 2);
    });
  });

  it('shows the difference of two policies in colours, with words, a legend and a table', async () => {
    for (const [theme, ramp] of Object.entries(CHANGES)) {
      await withPage(browser, { colorScheme: theme }, async (page) => {
        await openReport(page, report);
        await go(page, QUIET_AT);
        await page.keyboard.press('d');
        await settle(page);
        const { changes, words } = await page.evaluate(() => {
          const { report, state, views } = window.rhumbReport;
          const map = views.difference.map;
          const changes = report.picture.links.map(({ name }, link) => {
            const seen = [];
            for (let k = 0; k < 12; k++) {
              const [x, y] = map.lanes.at(link, 0.18 + k * 0.057);
              const pixel = map.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data;
              seen.push([...pixel.slice(0, 3)].map((v) => v.toString(16).padStart(2, '0')).join(''));
            }
            return { name, change: report.load(state.right, link, state.now) - report.load(state.left, link, state.now), seen };
          });
          return { changes, words: map.canvas.getAttribute('aria-label') };
        });
        const step = (change) => [-0.25, -0.1, -0.02, 0.02, 0.1, 0.25].filter((limit) => change > limit + 1e-6).length;
        const steps = new Set();
        for (const { name, change, seen } of changes) {
          if (/ATLAM5|WASHng|CHINng|NYCMng|IPLSng/.test(name)) continue;
          const right = seen.filter((colour) => colour === ramp[step(change)]).length;
          assert.ok(right >= (step(change) === 6 ? 3 : 6), `${theme} ${name} by ${change}: ${seen}`);
          const others = ramp.filter((_, k) => k !== step(change));
          assert.ok(!seen.some((colour) => others.includes(colour)), `${theme} ${name} by ${change}: ${seen}`);
          steps.add(step(change));
        }
        assert.ok([...steps].some((k) => k < 3) && [...steps].some((k) => k > 3), `steps ${[...steps]}`);
        const sorted = [...changes].sort((a, b) => a.change - b.change);
        // As whole points, of which either neighbour will do for a half: the page and this test subtract in another order.
        const says = (text, before, { name, change }) => {
          const at = text.indexOf(`${before}${name}`);
          const [, sign, whole] = at < 0 ? [] : text.slice(at + before.length + name.length).match(/([+−])(\d+)/) ?? [];
          return whole !== undefined && Math.abs((sign === '−' ? -1 : 1) * Number(whole) - change * 100) < 0.501;
        };
        const [least, most] = [sorted[0], sorted[sorted.length - 1]];
        // Links of one chain often change alike: any of those may be named.
        const like = (extreme) => changes.filter(({ change }) => Math.abs(change - extreme.change) < 1e-6);
        const named = (links, before) => links.some((link) => says(words, before, link));
        assert.ok(named(like(least), 'most relieved '), words);
        assert.ok(named(like(most), 'most loaded in exchange '), words);
        assert.equal(await page.locator('.legend i').count(), 7);
        await page.locator('.twin summary:visible').click();
        const rows = page.locator('.compare tbody tr');
        await page.waitForFunction(() => document.querySelectorAll('.compare tbody tr').length > 0);
        assert.equal(await rows.count(), 30);
        const largest = Math.abs(least.change) > Math.abs(most.change) ? least : most;
        const [first] = await rows.allInnerTexts();
        assert.ok(like(largest).some((link) => first.startsWith(link.name) && says(first, '', link)), first);
        // The difference of a policy to itself is none.
        await page.getByLabel('policy of which is subtracted').selectOption({ label: 'shortest-path' });
        await page.waitForFunction(() => /no link differs/.test(window.rhumbReport.views.difference.map.canvas.getAttribute('aria-label')));
      });
    }
  });

  it('keeps the steps of a difference apart for those who do not see green', async () => {
    for (const theme of ['light', 'dark']) {
      await withPage(browser, { colorScheme: theme }, async (page, context) => {
        await openReport(page, report);
        await page.keyboard.press('d');
        await settle(page);
        const session = await context.newCDPSession(page);
        await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'deuteranopia' });
        const colours = [];
        for (const swatch of await page.locator('.legend i').all()) colours.push(await pixelOf(context, (await swatch.screenshot()).toString('base64'), 2));
        assert.equal(colours.length, 7);
        const apart = (a, b) => Math.hypot(...colours[a].map((v, k) => v - colours[b][k]));
        for (let i = 1; i < 7; i++) assert.ok(apart(i, i - 1) > 40, `${theme}, steps ${i - 1} and ${i}: ${colours[i - 1]} and ${colours[i]}`);
        // And more from less.
        for (let i = 0; i < 3; i++) assert.ok(apart(i, 6 - i) > 80, `${theme}, steps ${i} and ${6 - i}: ${colours[i]} and ${colours[6 - i]}`);
      });
    }
  });

  it('draws the spread of completion times and delays that were counted, over all seeds', async () => {
    for (const simulator of ['fluid', 'ns3']) {
      const out = join(directory, `spread-${simulator}`);
      rhumb(
        'replay', '--topology', 'abilene', '--traffic', 'abilene-2004', '--load', '1.2', '--simulator', simulator, '--seeds', '2',
        '--intervals', '0:2', '--measure', '1s', '--scale', '0.004', '--policies', 'shortest-path,lp-previous', '--out', out,
      );
      const { policies } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
      const rows = readFileSync(join(out, 'intervals.csv'), 'utf8').trim().split('\n').map((line) => line.split(','));
      const started = rows[0].indexOf('flows_started');
      await withPage(browser, { bypassCSP: true }, async (page) => {
        await openReport(page, join(out, 'report.html'));
        const spread = page.locator('section.card', { hasText: 'the whole spread' });
        const choice = page.getByLabel('what is spread');
        assert.equal(await choice.locator('option').count(), 4);
        for (const policy of policies) {
          const flows = rows.filter(([name]) => name === policy.name).reduce((sum, row) => sum + Number(row[started]), 0);
          assert.equal(policy.fct_quantiles_s.all.flows, flows, `${simulator} ${policy.name}: both seeds`);
          const { distributions } = await page.evaluate((name) => window.rhumbReport.report.policy(name).raw, policy.name);
          const counted = [...distributions.mice_times[1], ...distributions.elephant_times[1]].reduce((a, b) => a + b, 0);
          assert.equal(counted, policy.fct_quantiles_s.all.completed);
          assert.ok(counted > 20, `${counted} flows`);
        }
        for (const [option, quantiles] of [[0, (p) => p.fct_quantiles_s.all.p50 * 1e3], [3, (p) => p.delay_quantiles_ms.p50]]) {
          await choice.selectOption(String(option));
          const drawing = spread.locator('svg[role=img]');
          assert.equal(await drawing.locator('path').count(), 2);
          const table = await spread.locator('tbody tr').allInnerTexts();
          assert.equal(table.length, 2);
          const said = await drawing.getAttribute('aria-label');
          for (const policy of policies) {
            const half = quantiles(policy);
            const shown = half < 1000 ? `${Number(half.toPrecision(3))} ms` : `${Number((half / 1e3).toPrecision(3))} s`;
            assert.ok(table.some((row) => row.includes(policy.name) && row.includes(shown)), `${table} has ${shown}`);
            assert.ok(said.includes(`${policy.name}: half within ${shown}`), said);
          }
        }
        assert.equal(/corrected towards ns-3/.test(await spread.innerText()), simulator === 'fluid');
        assert.deepEqual(await violations(page), []);
      });
    }
  });

  it('says why there is no spread where the simulator plays rates', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const spread = page.locator('section.card', { hasText: 'the whole spread' });
      assert.match(await spread.innerText(), /plays rates: it has neither single flows nor packets.*--simulator ns3 or fluid/s);
      assert.equal(await spread.locator('svg, select').count(), 0);
    });
  });

  it('crosses a failed link, and leaves the colours of all others to their loads', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      await go(page, FAILED_AT);
      const { ramp, loads } = await page.evaluate(() => {
        const { report, state } = window.rhumbReport;
        const moment = report.moment(state.left, state.now);
        return {
          ramp: ['c3d0de', '86b1d9', '4d87c0', 'dd9a1f', 'd4550f', '8d0f2b'],
          loads: report.picture.links.map((link, i) => [link.name, moment.utilization[i], moment.state(i)]),
        };
      });
      const step = (u) => [0.25, 0.5, 0.7, 0.85].filter((limit) => u >= limit).length + (u > 1 ? 1 : 0);
      let checked = 0;
      for (const [name, load, state] of loads) {
        // Short lanes are covered by what stands at their ends.
        if (state !== 'up' || /ATLAM5|WASHng|CHINng|NYCMng|IPLSng/.test(name)) continue;
        // Names, chevrons and dashes of what is over capacity may lie on some places, but no other
        // step's colour on any.
        const seen = [];
        for (let k = 0; k < 12; k++) seen.push(await colourOf(page, 0, name, 0.18 + k * 0.057));
        const right = seen.filter((colour) => colour === ramp[step(load)]).length;
        assert.ok(right >= (step(load) === 5 ? 3 : 7), `${name} at ${load}: ${seen}`);
        const others = ramp.filter((_, k) => k !== step(load));
        assert.ok(!seen.some((colour) => others.includes(colour)), `${name} at ${load}: ${seen}`);
        checked++;
      }
      assert.ok(checked >= 10, `${checked} links`);
      assert.deepEqual(loads.filter(([, , state]) => state === 'failed').map(([name]) => name).sort(), ['DNVRng>KSCYng', 'KSCYng>DNVRng']);
      const middle = await page.evaluate(() => {
        const [map] = window.rhumbReport.maps;
        const at = (name) => map.middleOf(map.picture.links.findIndex((link) => link.name === name));
        const [a, b] = [at('DNVRng>KSCYng'), at('KSCYng>DNVRng')];
        const pixel = map.canvas.getContext('2d').getImageData(Math.round((a[0] + b[0]) / 2), Math.round((a[1] + b[1]) / 2), 1, 1).data;
        return [...pixel.slice(0, 3)];
      });
      assert.deepEqual(middle, [0xa3, 0x11, 0x2a]);
      assert.match(await page.locator('canvas.map').first().getAttribute('aria-label'), /2 failed/);
      await go(page, QUIET_AT);
      assert.doesNotMatch(await page.locator('canvas.map').first().getAttribute('aria-label'), /failed/);
    });
  });

  it('says in a table what a map shows', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      await go(page, FAILED_AT);
      await page.locator('.twin summary').first().click();
      const rows = page.locator('.twin').first().locator('tbody tr');
      await page.waitForFunction(() => document.querySelectorAll('.twin tbody tr').length > 0);
      assert.equal(await rows.count(), 30);
      const [busiest] = await rows.allInnerTexts();
      const big = await page.locator('.big').first().innerText();
      assert.ok(busiest.includes(big), `${busiest} has ${big}`);
      assert.equal(await rows.filter({ hasText: 'failed' }).count(), 2);
    });
  });

  it('pans and zooms by keys and by wheel, and returns', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const canvas = page.locator('canvas.map').first();
      const picture = () => canvas.evaluate((c) => c.toDataURL());
      const before = await picture();
      await canvas.focus();
      for (const key of ['+', 'ArrowLeft', 'ArrowDown']) {
        const last = await picture();
        await page.keyboard.press(key);
        await settle(page);
        assert.notEqual(await picture(), last, key);
      }
      await page.keyboard.press('0');
      await settle(page);
      assert.equal(await picture(), before);
      await canvas.hover();
      await page.mouse.wheel(0, -200);
      await settle(page);
      assert.notEqual(await picture(), before);
    });
  });

  it('has no barrier that axe-core knows, light and dark', async () => {
    for (const theme of ['light', 'dark']) {
      await withPage(browser, { bypassCSP: true, colorScheme: theme }, async (page) => {
        await openReport(page, report);
        await page.locator('.twin summary').first().click();
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
        assert.deepEqual(await violations(page), []);
        for (const key of ['f', 'd']) {
          await page.keyboard.press(key);
          await settle(page);
          await page.locator('.twin summary:visible').click();
          assert.deepEqual(await violations(page), []);
        }
      });
    }
  });

  it('changes its theme, and the maps with it', async () => {
    await withPage(browser, {}, async (page) => {
      await openReport(page, report);
      const picture = () => page.locator('canvas.map').first().evaluate((c) => c.toDataURL());
      const light = await picture();
      await page.getByRole('button', { name: 'Dark / light' }).click();
      await settle(page);
      assert.notEqual(await picture(), light);
      await page.getByRole('button', { name: 'Dark / light' }).click();
      await settle(page);
      assert.equal(await picture(), light);
    });
  });

  it('keeps the steps of load apart for those who do not see green', async () => {
    await withPage(browser, {}, async (page, context) => {
      await openReport(page, report);
      const session = await context.newCDPSession(page);
      await session.send('Emulation.setEmulatedVisionDeficiency', { type: 'deuteranopia' });
      const swatches = await page.locator('.legend i').all();
      const colours = [];
      for (const swatch of swatches.slice(0, 5)) {
        const shot = (await swatch.screenshot()).toString('base64');
        // The screenshot is decoded by a page of its own, which is not simulated.
        colours.push(await pixelOf(context, shot));
      }
      for (let i = 1; i < colours.length; i++) {
        const distance = Math.hypot(...colours[i].map((v, k) => v - colours[i - 1][k]));
        assert.ok(distance > 40, `steps ${i - 1} and ${i}: ${colours[i - 1]} and ${colours[i]}`);
      }
    });
  });

  it('fits a window of 420 pixels', async () => {
    await withPage(browser, { viewport: { width: 420, height: 800 } }, async (page) => {
      await openReport(page, report);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 420);
      for (const map of await page.locator('canvas.map').all()) {
        const box = await map.boundingBox();
        assert.ok(box.width > 300 && box.x + box.width <= 420);
      }
      for (const key of ['f', 'd']) {
        await page.keyboard.press(key);
        await settle(page);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 420, key);
        const box = await page.locator('canvas.map:visible').boundingBox();
        assert.ok(box.width > 300 && box.x + box.width <= 420, key);
      }
    });
  });

  it('prints in light colours without its controls', async () => {
    await withPage(browser, { colorScheme: 'dark' }, async (page) => {
      await openReport(page, report);
      await page.evaluate(() => {
        window.addEventListener('beforeprint', () => {
          window.printed = document.documentElement.dataset.theme;
        });
      });
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
      assert.equal(await page.locator('input[type=range]').isVisible(), false);
      const pdf = await page.pdf();
      assert.ok(pdf.length > 20_000);
      assert.equal(await page.evaluate(() => window.printed), 'light');
      await page.emulateMedia({ media: 'screen' });
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    });
  });

  it('is not broken by any name', async () => {
    const names = ['<img src=x onerror=alert(1)>', 'x'.repeat(4000), '\u202Eevil\u202D\u2066', '', '</script><script>alert(2)</script>', '"><svg onload=alert(3)>', '__RHUMB_REPORT_DATA__'];
    const hostile = variant('hostile', (data) => {
      names.forEach((name, i) => {
        data.topology.nodes[i][0] = name;
        data.topology.nodes[i][1] = name;
        data.topology.links[i][4] = name;
        data.policies[i % data.policies.length].notes = data.intervals.number.map((_, k) => [k, name]);
      });
      data.policies[1].name = names[1];
      data.policies[2].name = names[0];
      data.title = `${names[0]} ${names[2]} ${names[4]}`;
      data.events[0].text = names[1];
      data.provenance.command = `${names[4]} ${names[1]}`;
    });
    for (const width of [1440, 420]) {
      await withPage(browser, { viewport: { width, height: 900 } }, async (page) => {
        await openReport(page, hostile);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        await page.locator('tbody tr[tabindex]').first().click();
        await page.locator('.twin summary').first().click();
        for (const key of ['f', 'f', 'd']) {
          await page.keyboard.press(key);
          await settle(page);
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, key);
        }
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        assert.equal(await page.locator('main img, main script').count(), 0);
        assert.doesNotMatch(await page.locator('main').innerText(), /[\u202a-\u202e\u2066-\u2069]/);
        assert.match(await page.title(), /Rhumb report$/);
      });
    }
  });

  it('keeps loads and reasons of a packet-level replay that is resumed', () => {
    const out = join(directory, 'fluid');
    const data = () => {
      const [, json] = readFileSync(join(out, 'report.html'), 'utf8').match(/id="rhumb-data">(.*?)<\/script>/s);
      const { policies, paths } = JSON.parse(json);
      return { paths, policies: policies.map(({ name, mlu, utilization, why }) => ({ name, mlu, utilization, why })) };
    };
    const command = [
      'replay', '--topology', 'abilene', '--traffic', 'abilene-2004', '--load', '1.2', '--simulator', 'fluid', '--seeds', '2',
      '--intervals', '0:4', '--measure', '1s', '--policies', 'shortest-path,lp-previous', '--jobs', '1', '--out', out,
    ];
    rhumb(...command);
    const played = data();
    assert.ok(played.policies[0].utilization.length > 100);
    rhumb(...command, '--resume');
    assert.deepEqual(data(), played);
  });

  it('compares two runs, and says in what they differ', async () => {
    const other = join(directory, 'other');
    rhumb(
      'replay', '--topology', 'abilene', '--traffic', 'abilene-2004', '--load', '0.7', '--intervals', '0:13',
      '--policies', 'shortest-path,neural', '--out', other,
    );
    const file = join(directory, 'comparison.html');
    assert.match(rhumb('report', directory, other, '--to', file), /Look at it: .*comparison.html/);
    await withPage(browser, {}, async (page) => {
      await openReport(page, file);
      const said = await text(page, '.verdict');
      assert.match(said, /^A and B differ in load \(1\.3 in A, 0\.7 in B\), events \(link-down:DNVRng-KSCYng in A, none in B\)/);
      assert.match(said, /B · neural (beats|loses to|and) A · neural/);
      assert.doesNotMatch(said, /On the same traffic/);
      assert.equal(await page.locator('section.card', { hasText: 'All policies' }).locator('tbody tr').count(), 6);
      assert.equal(await page.locator('pre').count(), 2);
      // The link is down in A alone.
      await go(page, FAILED_AT);
      const [left, right] = await page.locator('canvas.map').evaluateAll((all) => all.map((c) => c.getAttribute('aria-label')));
      assert.match(left, /2 failed/);
      assert.doesNotMatch(right, /failed/);
      await page.locator('tbody tr[tabindex]').first().click();
      await settle(page);
      assert.match(await text(page, '.explained'), /under B · neural, .* under A · neural/);
    });
  });

  const training = (name, predicted) =>
    variant(name, (data) => {
      for (const key of Object.keys(data)) if (key !== 'provenance') delete data[key];
      data.schema = 'rhumb.training/1';
      data.title = 'Training in agent';
      data.columns = [
        'updates', 'reward', 'explained_variance', 'validation_reward', 'validation_low', 'validation_high', 'simulator_s',
        'predicted_reward', 'predicted_minus_measured', 'predicted_low', 'predicted_high',
      ];
      data.rows = [
        [0, null, null, -0.2, -0.3, -0.1, null, -0.19, 0.01, -0.02, 0.04],
        [1, -0.1, 0.2, null, null, null, 20, null, null, null, null],
        [2, 0.1, 0.5, 0.15, 0.05, 0.25, 41, ...predicted],
      ];
    });

  it('draws a training, and says when what was predicted and what was measured part', async () => {
    await withPage(browser, { bypassCSP: true }, async (page) => {
      await openReport(page, training('training', [0.35, 0.2, 0.12, 0.28]));
      assert.match(
        await text(page, '.verdict'),
        /After 2 updates: The best validation reward is 0\.15, at update 2: better than shortest path\..* part: at update 2 it promises 0\.2 too much \(95 % interval 0\.12 to 0\.28\), from 0\.01 at update 0\./,
      );
      const drawings = await page.locator('svg[role=img]').evaluateAll((all) => all.map((svg) => svg.getAttribute('aria-label')));
      assert.equal(drawings.length, 6);
      assert.match(drawings[0], /validation from -0\.2 to 0\.15/);
      assert.match(drawings[1], /^Predicted against measured reward: measured from -0\.2 to 0\.15; predicted from -0\.19 to 0\.35$/);
      assert.match(drawings[2], /^Promised too much: too much from 0\.01 to 0\.2$/);
      assert.deepEqual(await violations(page), []);
    });
    for (const [name, predicted, said] of [
      ['agrees', [0.16, 0.01, -0.03, 0.05], /predicts and what is measured agree: at update 2 they differ by 0\.01 \(95 % interval -0\.03 to 0\.05\)/],
      ['modest', [0.05, -0.1, -0.13, -0.07], /part: at update 2 it promises 0\.1 too little/],
    ]) {
      await withPage(browser, {}, async (page) => {
        await openReport(page, training(name, predicted));
        assert.match(await text(page, '.verdict'), said);
      });
    }
  });

  it('says so when the agent loses, when nobody wins, and when there is one policy alone', async () => {
    const verdict = async (name, change) => {
      let said;
      const file = variant(name, change);
      await withPage(browser, {}, async (page) => {
        await openReport(page, file);
        said = await text(page, '.verdict');
      });
      return said;
    };
    const worse = await verdict('worse', (data) => {
      const [reference, agent] = [data.policies[0], data.policies[3]];
      for (const key of ['mlu', 'norm', 'summary', 'utilization']) [reference[key], agent[key]] = [agent[key], reference[key]];
    });
    assert.match(worse, /^neural loses to shortest-path\./);
    const equal = await verdict('equal', (data) => {
      for (const key of ['mlu', 'norm', 'summary', 'utilization']) data.policies[3][key] = data.policies[0][key];
    });
    assert.match(equal, /^neural and shortest-path are equal\./);
    const alone = await verdict('alone', (data) => {
      data.policies = data.policies.slice(0, 1);
    });
    assert.match(alone, /nothing to compare/);
  });

  it('says that a cell was lost instead of showing old loads', async () => {
    const lost = variant('lost', (data) => {
      for (const policy of data.policies) {
        for (const key of ['mlu', 'norm', 'delay_ms', 'loss']) policy[key][QUIET_AT] = null;
      }
    });
    await withPage(browser, {}, async (page) => {
      await openReport(page, lost);
      await go(page, QUIET_AT);
      assert.deepEqual(await page.locator('.big').allInnerTexts(), ['lost', 'lost']);
    });
  });

  it('says what it is when its data cannot be read', async () => {
    const file = variant('future', (data) => {
      data.schema = 'rhumb.report/9';
    });
    await withPage(browser, {}, async (page) => {
      await page.goto(`file://${file}`);
      await page.waitForSelector('[role=alert]');
      assert.match(await text(page, '[role=alert]'), /cannot be shown.*rhumb\.report\/9/);
    });
  });
});

async function pixelOf(context, base64, x = -1) {
  const page = await context.newPage();
  const pixel = await page.evaluate(async ([data, x]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const g = canvas.getContext('2d');
    g.drawImage(image, 0, 0);
    return [...g.getImageData(x < 0 ? Math.floor(image.width / 2) : x, Math.floor(image.height / 2), 1, 1).data.slice(0, 3)];
  }, [base64, x]);
  await page.close();
  return pixel;
}
