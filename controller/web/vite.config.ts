// One page a build: everything it needs is inlined, so that the page is one file. PAGE says which:
// "report" is report.html with src/report, "live" is live.html with src/live.
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const page = process.env.PAGE ?? 'report';

export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: {
    target: 'es2022',
    outDir: `dist/${page}`,
    assetsInlineLimit: 100_000_000,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: { input: `${page}.html` },
  },
});
