import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OUT = here('../dist/client');

/**
 * Old bundles go, but not the whole folder: the compiler puts the client library for Node beside them (dist/client/lib)
 * and would not write it again.
 */
const clean: Plugin = {
  name: 'clean-assets',
  apply: 'build',
  buildStart: () => rm(`${OUT}/assets`, { recursive: true, force: true }),
};

export default defineConfig({
  root: here('page'),
  // Relative, so that the page also works behind a path (https://example.org/calls/).
  base: './',
  plugins: [clean],
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: 'es2023',
    sourcemap: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      // stories.html is for development and not among them.
      input: { index: here('page/index.html'), embed: here('page/embed.ts') },
      preserveEntrySignatures: 'exports-only',
      output: {
        // Other pages load it by its name.
        entryFileNames: (chunk) => (chunk.name === 'embed' ? 'emostream.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
