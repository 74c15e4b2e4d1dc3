// Chromium for tests: a page that is offline, and that must not log an error.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The libraries are those that the pages were built with.
const require = createRequire(join(process.env.RHUMB_WEB_WORK, 'package.json'));
const { chromium } = require('playwright-core');
export const axeSource = require('axe-core').source;

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// Tests wait for conditions; a loaded machine may take long.
const PATIENCE_MS = 120_000;

export function skipWithoutChromium() {
  if (existsSync(CHROMIUM)) return;
  console.error(`skipped: ${CHROMIUM} is missing; scripts/setup installs it`);
  process.exit(77);
}

export async function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

// Runs `use(page)` on a page of its own and fails when anything went wrong in it.
export async function withPage(browser, options, use) {
  const context = await browser.newContext({
    reducedMotion: 'reduce', // or colours would be looked at on their way
    viewport: { width: 1440, height: 1000 },
    offline: true,
    colorScheme: 'light',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data|blob|about):/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  try {
    await use(page, context);
  } finally {
    await context.close();
  }
  assert.deepEqual(faults, []);
}

export async function openReport(page, file) {
  await page.goto(`file://${file}`);
  await page.waitForSelector('html[data-complete]', { timeout: PATIENCE_MS });
  await settle(page);
}

// Two frames: what was asked for is drawn.
export async function settle(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

// A directory that is removed when the tests end.
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'rhumb-browser-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function rhumb(...args) {
  return execFileSync(process.env.RHUMB_PROGRAM, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// The violations of axe-core, in a few words each.
export async function violations(page) {
  return page.evaluate(async (source) => {
    // The page's own policy forbids injected scripts, so it is run as a function.
    new Function(source)();
    const { violations } = await window.axe.run();
    return violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 120)}`);
  }, axeSource);
}
