// A picture of the upper part of a report: verdict and maps: picture.mjs REPORT.html FILE.png
import { resolve } from 'node:path';
import { launch, openReport, settle, withPage } from './browser.mjs';

const [report, to] = process.argv.slice(2).map((path) => resolve(path));
const browser = await launch();
try {
  await withPage(browser, { viewport: { width: 1120, height: 800 } }, async (page) => {
    await openReport(page, report);
    const bottom = await page.evaluate(() => document.querySelector('.legend').getBoundingClientRect().bottom);
    await settle(page);
    await page.screenshot({ path: to, clip: { x: 0, y: 0, width: 1120, height: Math.ceil(bottom) + 8 } });
  });
} finally {
  await browser.close();
}
