import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, defineConfig, type LibraryOptions, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OUT = here('../dist/client');
const TARGET = 'es2023';

/**
 * Old bundles go, but not the whole folder: the compiler puts the client library for Node beside them (dist/client/lib)
 * and would not write it again.
 */
const clean: Plugin = {
  name: 'clean-assets',
  apply: 'build',
  buildStart: () => rm(`${OUT}/assets`, { recursive: true, force: true }),
};

/** One file with a lasting name, beside the page's own. */
const oneFile = (name: string, lib: LibraryOptions): Plugin => ({
  name,
  apply: 'build',
  async closeBundle() {
    await build({
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      build: { outDir: OUT, emptyOutDir: false, target: TARGET, minify: true, lib },
    });
  },
});

/** `emostream.js`: library and overlay in one file, for other pages to load or copy. */
const embed = oneFile('embed', { entry: here('page/embed.ts'), formats: ['es'], fileName: () => 'emostream.js' });

/** `report.js`: the program of report pages (src/files), which is written into each of them with its styles. */
const report = oneFile('report', {
  entry: here('report/main.ts'),
  formats: ['iife'],
  name: 'emostreamReport',
  fileName: () => 'report.js',
});

export default defineConfig({
  root: here('.'),
  // Relative, so that the page also works behind a path (https://example.org/calls/).
  base: './',
  plugins: [clean, embed, report],
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: TARGET,
    chunkSizeWarningLimit: 800,
    // The page and the overlay alone: stories.html is for development and not part of the build.
    rolldownOptions: { input: [here('index.html'), here('overlay/index.html')] },
  },
});
