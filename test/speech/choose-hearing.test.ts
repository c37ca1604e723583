import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { chooseHearing } from '../../src/speech/choose-hearing.js';
import { defaultModelFolder, ENCODERS_FILE, MODEL_FILE, voiceEncodersFolder } from '../../src/speech/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

afterEach(() => vi.unstubAllEnvs());

const CONFIG = {
  speech: 'on',
  speechModel: undefined,
  transcriber: undefined,
  voiceEncoder: 'auto',
  allowVoice: true,
  allowWords: true,
} as const;

/** A cache in which everything seems to be installed, and no file of a network is. */
function hollowCache(): void {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  const model = {
    ...{ name: 'm', language: 'en', licence: 'MIT', source: 's', recogniser: 'offline' },
    config: { modelConfig: { tokens: 'tokens.txt' } },
  };
  for (const [folder, file, text] of [
    [voiceEncodersFolder(), ENCODERS_FILE, '[]'],
    [join(onnxRuntimeFolder(), 'node_modules', 'onnxruntime-node', 'dist'), 'index.js', ''],
    [defaultModelFolder(), MODEL_FILE, JSON.stringify(model)],
    [defaultModelFolder(), 'tokens.txt', 'half'],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

it('what is damaged counts as missing, and is told', async () => {
  hollowCache();
  const told: string[] = [];
  const hearing = await chooseHearing(CONFIG, true, (file) => told.push(file));
  expect(hearing.speech).toEqual({ state: 'missing', language: null, model: null });
  expect(hearing.voiceEncoder).toBe('missing');
  expect(told).toEqual([
    join(defaultModelFolder(), 'encoder_model.ort'),
    join(voiceEncodersFolder(), 'moonshine-3-blocks.ort'),
  ]);
});

it('what is whole is used, and what is off or the operator’s own is not looked at', async () => {
  hollowCache();
  const never = () => expect.fail('told of damage');
  const whole = () => Promise.resolve(null);
  const damage = { voiceActivity: whole, speechModel: whole, voiceEncoders: whole };
  const both = await chooseHearing(CONFIG, true, never, damage);
  expect([both.speech.state, both.voiceEncoder]).toEqual(['on', 'on']);
  const own = { ...CONFIG, speechModel: defaultModelFolder(), voiceEncoder: 'off' } as const;
  const named = await chooseHearing(own, true, never);
  expect([named.speech.state, named.voiceEncoder]).toEqual(['on', 'off']);
});
