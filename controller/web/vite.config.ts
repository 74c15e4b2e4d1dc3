// PAGE says which page is built. "report" becomes one file, everything inlined, that opens from disk;
// "live" is served, so its scripts stay files of their own, beside the worker that its tabs share.
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { licences } from './licences';

const page = process.env.PAGE ?? 'report';

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
