import { createRequire } from 'node:module';
import { EmostreamError } from '../common/errors.js';

export type Sherpa = typeof import('sherpa-onnx-node').default;

let loaded: Sherpa | undefined;

/**
 * sherpa-onnx (Apache-2.0), whose native part comes in an npm package for each platform that npm leaves out without a word where
 * there is none. Loaded when it is needed: what does not need it starts without.
 * @throws EmostreamError SPEECH_UNAVAILABLE: it does not load here, and what to do
 */
export function sherpa(load: (name: string) => unknown = createRequire(import.meta.url)): Sherpa {
  if (loaded) return loaded;
  try {
    loaded = load('sherpa-onnx-node') as Sherpa;
    return loaded;
  } catch (cause) {
    const part = `sherpa-onnx-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    throw new EmostreamError(
      'SPEECH_UNAVAILABLE',
      `The speech library sherpa-onnx does not load. Its native part is the npm package ${part}: remove the folder ` +
        'node_modules and run `npm start` again; if it stays missing, there is none for this platform (on Linux it needs glibc).',
      { cause },
    );
  }
}
