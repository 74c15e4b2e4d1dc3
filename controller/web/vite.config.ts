// One page a build: everything it needs is inlined, so that the page is one file. PAGE says which:
// "report" is report.html with src/report, "live" is live.html with src/live.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const page = process.env.PAGE ?? 'report';

// The licences of what is inlined, which must stay with every copy: at the end of the page.
function licences(): Plugin {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  const holders = new Map<string, string[]>(); // by text
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    const file = join(path, 'LICENSE');
    if (path === '' || dev || !existsSync(file)) continue;
    const text = readFileSync(file, 'utf8').trim().replaceAll('--', '- -');
    holders.set(text, [...(holders.get(text) ?? []), path.replace('node_modules/', '')]);
  }
  const all = [...holders].map(([text, names]) => `${names.join(', ')}:\n\n${text}`).join('\n\n');
  return {
    name: 'licences',
    transformIndexHtml: { order: 'post', handler: (html) => `${html.trimEnd()}\n<!--\nThis page holds\n\n${all}\n-->\n` },
  };
}

export default defineConfig({
  plugins: [licences(), viteSingleFile({ removeViteModuleLoader: true })],
  build: {
    target: 'es2022',
    outDir: `dist/${page}`,
    assetsInlineLimit: 100_000_000,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: { input: `${page}.html` },
  },
});
