import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkSpeech } from '../../src/cli/speech-checks.js';
import { speechCommand } from '../../src/cli/speech.js';
import { sherpa } from '../../src/speech/index.js';
import { onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import {
  defaultModelFolder,
  ENCODERS_FILE,
  MODEL_FILE,
  sileroFile,
  speechFolder,
  voiceEncodersFolder,
} from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { SECRET } from '../server/support/test-server.js';
import { ServeProcess } from './support/serve-process.js';

let serving: ServeProcess | undefined;
afterEach(() => {
  serving?.kill();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('what hears speech', () => {
  it('is here after the set-up', async () => {
    const checks = await checkSpeech();
    expect(checks.slice(0, 2).map(({ state }) => state)).toEqual(['ok', 'ok']);
    // The set-up may have been unable to fetch these: then they are missing, and never broken.
    for (const { state, detail } of checks.slice(2)) expect(['ok', 'missing'], detail).toContain(state);
  });

  it('is said to be missing, with what to do, where there is nothing', async () => {
    vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
    const [, activity, model, encoders] = await checkSpeech();
    expect(activity).toMatchObject({ state: 'failed', advice: 'npx emostream speech install' });
    expect(model).toMatchObject({ state: 'missing', advice: 'npx emostream speech install' });
    expect(model?.detail).toMatch(/captions only/);
    expect(encoders).toMatchObject({ state: 'missing', advice: 'npx emostream speech install' });
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    await speechCommand().parseAsync(['status'], { from: 'user' });
    expect(lines.join('\n')).toMatch(/failed {2}voice activity[^]*missing speech model[^]*missing voice encoders/);
    expect(process.exitCode).toBe(1);
  });

  it('that is broken is told apart from what is missing', async () => {
    const cache = temporaryFolder();
    vi.stubEnv('XDG_CACHE_HOME', cache);
    const runtime = join(onnxRuntimeFolder(), 'node_modules', 'onnxruntime-node');
    for (const [folder, file, text] of [
      [voiceEncodersFolder(), ENCODERS_FILE, '[]'],
      [runtime, 'package.json', '{"main":"dist/index.js"}'],
      [join(runtime, 'dist'), 'index.js', 'throw new Error("GLIBC_2.99 not found")'],
    ] as const) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    expect((await checkSpeech())[3]).toMatchObject({ state: 'failed', detail: expect.stringContaining('GLIBC_2.99') });
  });

  it('that is not what was installed is told, with what to do', async () => {
    const silero = readFileSync(sileroFile());
    vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
    mkdirSync(dirname(sileroFile()), { recursive: true });
    writeFileSync(sileroFile(), silero.subarray(0, 1000));
    mkdirSync(defaultModelFolder(), { recursive: true });
    writeFileSync(join(defaultModelFolder(), MODEL_FILE), '{}');
    const [, activity, model] = await checkSpeech();
    for (const [check, file] of [
      [activity, sileroFile()],
      [model, join(defaultModelFolder(), 'encoder_model.ort')],
    ] as const) {
      expect(check).toMatchObject({ state: 'failed', advice: 'npx emostream speech install' });
      expect(check?.detail).toContain(`${file} is not what was installed`);
    }
  });

  it('whose native part does not load is an error that says what to do', async () => {
    vi.resetModules();
    const { sherpa: anew } = await import('../../src/speech/library.js');
    const load = () => {
      throw new Error('Could not find sherpa-onnx-node');
    };
    expect(() => anew(load)).toThrow(/sherpa-onnx-\w+-\w+: remove the folder node_modules and run `npm start` again/);
    expect(sherpa()).toHaveProperty('Vad');
  });
});

describe('a server', () => {
  const answer = async (port: number, path: string) =>
    (await (await fetch(`http://127.0.0.1:${String(port)}${path}`)).json()) as Record<string, unknown>;

  it('without a speech model starts, and says at the start, in /readyz and to the page what there is instead', async () => {
    const cache = temporaryFolder();
    const env = { EMOSTREAM_JWT_SECRET: SECRET, XDG_CACHE_HOME: cache };
    cpSync(sileroFile(), sileroFile(speechFolder(env)));
    serving = new ServeProcess({ env });
    const port = await serving.ready();
    expect(serving.output).toMatch(
      /words .*from captions only: there is no speech model.*npx emostream speech install/,
    );
    const missing = { state: 'missing', language: null };
    expect(await answer(port, '/readyz')).toMatchObject({
      ready: true,
      speech: { ...missing, advice: 'npx emostream speech install' },
    });
    expect(await answer(port, '/api/info')).toMatchObject({ speech: missing });
    // Which of the two depends on the model: one that was trained without encoders misses none.
    const { voiceEncoder } = (await answer(port, '/readyz')) as { voiceEncoder: { state: string; advice?: string } };
    expect(await answer(port, '/api/info')).toMatchObject({ voiceEncoder: voiceEncoder.state });
    const unused = { state: 'unused' };
    const none = { state: 'missing', advice: 'npx emostream speech install' };
    expect([unused, none]).toContainEqual(voiceEncoder);
    expect(serving.output).toMatch(
      /voices +judged by log-mel alone: the (model was trained|encoders are not installed)/,
    );
  });

  it('with --speech off says that words come from captions, and nothing is missing', async () => {
    serving = new ServeProcess({ flags: ['--speech', 'off', '--voice-encoder', 'off'] });
    const port = await serving.ready();
    expect(serving.output).toMatch(/words +from captions only\n/);
    expect(await answer(port, '/readyz')).toMatchObject({
      ready: true,
      speech: { state: 'off', language: null },
      voiceEncoder: { state: 'off' },
    });
  });

  it('without voice activity does not start, and says what brings it', async () => {
    serving = new ServeProcess({ env: { EMOSTREAM_JWT_SECRET: SECRET, XDG_CACHE_HOME: temporaryFolder() } });
    expect((await serving.exited).code).not.toBe(0);
    expect(serving.output).toMatch(/voice activity model .* is missing: `npx emostream speech install` brings it/);
  });

  it('with a folder that is no model does not start, and says why', async () => {
    serving = new ServeProcess({ flags: ['--speech-model', temporaryFolder()] });
    expect((await serving.exited).code).not.toBe(0);
    expect(serving.output).toMatch(/there is no .*speech-model\.json/);
  });
});
