// A real controller, a network that does as it is told, and a browser that looks at the page.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const rhumb = process.env.RHUMB_PROGRAM ?? 'build/release/bin/rhumb';
const require = createRequire(
  resolve(process.env.RHUMB_WEB_MODULES ?? 'build/release/controller/web/work', 'package.json'),
);
export const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// Asks again until it is so.
export async function eventually(what, holds, patience = 60_000) {
  const end = performance.now() + patience;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (performance.now() > end) throw new Error(`it never came to be that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export class Controller {
  constructor({ tokens = false, policy = 'ecmp', nodes = 1000 } = {}) {
    this.directory = mkdtempSync(join(tmpdir(), 'rhumb_browser_'));
    this.tokens = {};
    if (tokens) {
      for (const role of ['viewer', 'adapter', 'operator']) {
        const added = spawnSync(rhumb, ['token', 'add', '--file', this.path('tokens'), '--name', role, '--role', role]);
        this.tokens[role] = added.stdout.toString().trim();
      }
    }
    this.policy = policy;
    this.nodes = nodes; // that it takes at most
    this.ports = { grpc: 0, http: 0 };
  }
  path(name) {
    return join(this.directory, name);
  }
  // Again on the same ports, with the same store.
  async start() {
    writeFileSync(
      this.path('rhumb.toml'),
      `[server]\nlisten = "127.0.0.1:${this.ports.grpc}"\nports_file = "${this.path('ports')}"\n` +
        `[security]\ntokens = "${Object.keys(this.tokens).length > 0 ? this.path('tokens') : ''}"\n` +
        `[decision]\npolicy = "${this.policy}"\ninterval = "1h"\n[store]\npath = "${this.path('state.db')}"\n` +
        `[limits]\nnodes = ${this.nodes}\n[metrics]\nlisten = ""\n[http]\nlisten = "127.0.0.1:${this.ports.http}"\n`,
    );
    rmSync(this.path('ports'), { force: true });
    this.process = spawn(rhumb, ['serve', '--config', this.path('rhumb.toml')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.process.stderr.on('data', (data) => (this.log += data));
    await eventually(`the controller serves\n${this.log}`, () => {
      if (this.process.exitCode !== null) throw new Error(`rhumb serve ended:\n${this.log}`);
      return existsSync(this.path('ports'));
    });
    for (const line of readFileSync(this.path('ports'), 'utf8').trim().split('\n')) {
      const [name, port] = line.split(' ');
      this.ports[name] = Number(port);
    }
    return this;
  }
  get url() {
    return `http://127.0.0.1:${this.ports.http}/`;
  }
  async stop(signal = 'SIGTERM') {
    if (this.process === undefined || this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
  async close() {
    // One that was stopped does not end by itself.
    this.network?.end();
    await this.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  // One command of network.py.
  async tell(request) {
    if (this.network === undefined) {
      this.network = new Lines(
        spawn('/usr/bin/python3', [join(here, 'network.py'), `127.0.0.1:${this.ports.grpc}`, this.tokens.adapter ?? ''], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
    }
    const answer = await this.network.ask(JSON.stringify(request));
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

class Lines {
  constructor(process) {
    this.process = process;
    this.waiting = [];
    createInterface({ input: process.stdout }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line)));
  }
  ask(line) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.process.stdin.write(`${line}\n`);
    });
  }
  end() {
    this.process.kill();
  }
}

export async function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// A page that remembers what it complained of.
export async function openPage(context, url) {
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    page.complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return page;
}

// How many violations axe finds; their names are in the failure.
export async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html.slice(0, 160)} ${violation.nodes[0].failureSummary}`);
}

// Pixels around the middle of a link's lane, as "#rrggbb", by how often.
export async function coloursOf(page, map, link) {
  return page.evaluate(
    ([name, which]) => {
      const weather = globalThis.rhumb.mapOf(which);
      const index = weather.picture.links.findIndex((facts) => facts.name === name);
      weather.paint();
      const density = window.devicePixelRatio;
      const counts = {};
      for (const part of [0.25, 0.35, 0.65, 0.75]) {
        const [x, y] = weather.lanes.at(index, part);
        const { data } = weather.canvas.getContext('2d').getImageData(x * density - 1, y * density - 1, 3, 3);
        for (let i = 0; i < data.length; i += 4) {
          const colour = '#' + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, '0')).join('');
          counts[colour] = (counts[colour] ?? 0) + 1;
        }
      }
      return counts;
    },
    [link, map],
  );
}

// The middle of a screenshot, as red, green and blue. Decoded by a page of its own, which sees all colours.
export async function pixelOf(context, screenshot) {
  const page = await context.newPage();
  const pixel = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const g = canvas.getContext('2d');
    g.drawImage(image, 0, 0);
    return [...g.getImageData(image.width >> 1, image.height >> 1, 1, 1).data.slice(0, 3)];
  }, screenshot.toString('base64'));
  await page.close();
  return pixel;
}

// A network without places, in which any two nodes are connected; the same for equal numbers.
export function large(nodes, links) {
  let seed = 1;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const cables = new Map();
  const add = (a, b) => cables.set(a * nodes + b, [a, b]);
  for (let i = 1; i < nodes; i++) add(i, random(i));
  while (cables.size < links / 2) {
    const a = 1 + random(nodes - 1);
    add(a, random(a));
  }
  return {
    name: `random of ${nodes}`,
    nodes: Array.from({ length: nodes }, (_, i) => ({ name: `N${i}` })),
    links: [...cables.values()].flatMap(([a, b]) =>
      [[a, b], [b, a]].map(([from, to]) => ({
        source: `N${from}`,
        destination: `N${to}`,
        capacityBps: 1e10,
        propagationDelay: '0.002s',
      })),
    ),
  };
}

// Four places in a square with one across; each cable is two links of 1 Gbit/s.
export function square(names = ['A', 'B', 'C', 'D']) {
  const cables = [[0, 1], [1, 3], [3, 2], [2, 0], [0, 3]];
  return {
    name: 'square',
    nodes: names.map((name, i) => ({
      name,
      coordinates: { latitudeDeg: 40 + 4 * (i % 2), longitudeDeg: 5 + 8 * (i >> 1) },
    })),
    links: cables.flatMap(([a, b]) =>
      [[a, b], [b, a]].map(([from, to]) => ({
        source: names[from],
        destination: names[to],
        capacityBps: 1e9,
        propagationDelay: '0.004s',
      })),
    ),
  };
}
