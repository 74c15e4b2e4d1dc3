// A controller that steers a square under some load, and a browser of its own that looks at it.
import { Controller, square } from './lab.mjs';

export async function scene(t, browser, options = {}, view = {}) {
  const controller = new Controller(options);
  await controller.start();
  // Without motion: colours on their way from one theme to the other would be looked at too.
  const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', viewport: { width: 1280, height: 1000 }, ...view });
  context.setDefaultTimeout(120_000);
  t.after(async () => {
    await context.close();
    await controller.close();
  });
  return { controller, context };
}

// 90 % on A>D by plan and by measurement; the other measured loads are of no demand.
export async function loaded(controller, topology = square(), adapter = 'lab') {
  await controller.tell({ do: 'topology', topology });
  await controller.tell({ do: 'plans', name: adapter });
  const [a, b, c, d] = topology.nodes.map((node) => node.name);
  await controller.tell({
    do: 'report',
    demands: [[a, d, 0.9e9], [b, c, 0.3e9]],
    links: { [`${a}>${d}`]: 0.9e9, [`${a}>${b}`]: 0.6e9, [`${b}>${a}`]: 0.1e9, [`${d}>${c}`]: 1.2e9 },
  });
}

export const text = (page, selector) => page.locator(selector).first().innerText();
export const ready = (page) => page.getByText('Busiest link: ').waitFor();

export async function logIn(page, token) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

// Shows what draining `link` would do; returns the button that does it.
export async function preview(page, link, act = 'drain') {
  await page.getByLabel('Link', { exact: true }).fill(link);
  await page.getByRole('button', { name: `Preview ${act}` }).click();
  await page.locator('.preview canvas').nth(2).waitFor();
  return page.locator('button.act');
}

// The colour that most of a lane has.
export const most = (counts) => Object.entries(counts).sort((x, y) => y[1] - x[1])[0][0];

export const RAMP = {
  light: ['#c3d0de', '#86b1d9', '#4d87c0', '#dd9a1f', '#d4550f', '#8d0f2b'],
  dark: ['#3a4b60', '#3e72a8', '#5ea5e3', '#f2bb4d', '#ff8038', '#ff5277'],
};
