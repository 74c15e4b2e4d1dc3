// The picture of the live page in README.md; scripts/live-picture runs it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Controller, eventually, launch, openPage } from './lab.mjs';

const file = process.argv[2];
const rhumb = process.env.RHUMB_PROGRAM ?? 'build/release/bin/rhumb';
const controller = await new Controller({ policy: 'neural' }).start();
const play = spawn(
  rhumb,
  ['simulate-network', '--server', `127.0.0.1:${controller.ports.grpc}`, '--topology', 'abilene', '--traffic', 'abilene-2004',
    '--load', '3', '--intervals', '0:60', '--event', 'link-down:CHINng-IPLSng@30..90', '--no-optimum', '--real-time', '--speed', '300'],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1400, height: 1130 }, colorScheme: process.env.THEME ?? 'light' });
const page = await openPage(context, controller.url);
await page.getByText('Busiest link: ').waitFor();
await eventually('there is something to see', async () => {
  const points = await page.locator('svg path.curve.now').getAttribute('d').catch(() => null);
  return points !== null && points.split('L').length > 40;
});
await page.locator('button.row').first().click();
await page.locator('.detail').getByText('Shortest path: ').waitFor();
await page.evaluate(() => {
  document.activeElement?.blur();
  window.scrollTo(0, 0);
});
await new Promise((resolve) => setTimeout(resolve, 1200));
await page.screenshot({ path: file });
console.log(`${file}: written`);
play.kill();
await once(play, 'exit');
await browser.close();
await controller.close();
