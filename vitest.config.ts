import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/support/long-first.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Guards against what hangs, on a busy machine too.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Two cores: real workers, browsers and networks run in these tests.
    maxWorkers: 2,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Whatever engines are installed here and however fast they are: servers in tests run on the one that everybody has, in batches of
    // one size (which says how many people's windows end together), in one thread, unless a test names another.
    env: { EMOSTREAM_ENGINE: 'wasm', EMOSTREAM_MAX_BATCH: '8', EMOSTREAM_INFERENCE_THREADS: '1' },
  },
});
