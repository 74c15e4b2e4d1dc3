// PAGE says which page is built. "report" becomes one file, everything inlined, that opens from disk;
// "live" is served, so its scripts stay files of their own, beside the worker that its tabs share.
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

const common = {
  target: 'es2022',
  outDir: `dist/${page}`,
  modulePreload: false as const,
  reportCompressedSize: false,
};

export default defineConfig(
  page === 'live'
    ? {
        plugins: [licences()],
        build: {
          ...common,
          assetsInlineLimit: 0,
          cssCodeSplit: false,
          rollupOptions: {
            input: { live: 'live.html', 'live-worker': 'src/live/worker.ts' },
            output: { entryFileNames: '[name].js', assetFileNames: 'live[extname]' },
          },
        },
      }
    : {
        plugins: [licences(), viteSingleFile({ removeViteModuleLoader: true })],
        build: {
          ...common,
          assetsInlineLimit: 100_000_000,
          rollupOptions: { input: `${page}.html` },
        },
      },
);
