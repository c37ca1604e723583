import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chooseSpeech, isEnglish, readSpeechModel } from '../../src/speech/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MODEL = {
  name: 'Zipformer',
  language: 'pl',
  licence: 'Apache-2.0',
  source: 'https://example.org/zipformer',
  recogniser: 'online',
  config: {
    modelConfig: {
      transducer: { encoder: 'encoder.onnx', decoder: 'decoder.onnx', joiner: 'joiner.onnx' },
      tokens: 'tokens.txt',
      numThreads: 2,
      modelType: 'zipformer2',
    },
    decodingMethod: 'greedy_search',
    ruleFsts: 'a.fst,b.fst',
  },
};
const FILES = ['encoder.onnx', 'decoder.onnx', 'joiner.onnx', 'tokens.txt', 'a.fst', 'b.fst'];

function folderWith(model: unknown, files: readonly string[] = FILES): string {
  const text = typeof model === 'string' ? model : JSON.stringify(model);
  return temporaryFolder({ 'speech-model.json': text, ...Object.fromEntries(files.map((file) => [file, ''])) });
}

it('a model’s folder becomes what sherpa-onnx takes: files by their whole paths, words as they are', () => {
  const folder = folderWith(MODEL);
  const { name, language, recogniser, config } = readSpeechModel(folder);
  expect([name, language, recogniser]).toEqual(['Zipformer', 'pl', 'online']);
  expect(config).toEqual({
    modelConfig: {
      provider: 'cpu',
      debug: false,
      transducer: {
        encoder: join(folder, 'encoder.onnx'),
        decoder: join(folder, 'decoder.onnx'),
        joiner: join(folder, 'joiner.onnx'),
      },
      tokens: join(folder, 'tokens.txt'),
      numThreads: 2,
      modelType: 'zipformer2',
    },
    decodingMethod: 'greedy_search',
    ruleFsts: `${join(folder, 'a.fst')},${join(folder, 'b.fst')}`,
  });
});

it.each([
  ['no folder', () => '/nowhere', /there is no \/nowhere\/speech-model\.json/],
  ['no JSON', () => folderWith('{'), /is no JSON/],
  ['no language', () => folderWith({ ...MODEL, language: 'the Queen’s' }), /language tag/],
  ['an unknown key', () => folderWith({ ...MODEL, threads: 1 }), /threads/],
  // Left to itself sherpa-onnx would end the process for these.
  [
    'missing files',
    () => folderWith(MODEL, ['encoder.onnx', 'tokens.txt', 'a.fst']),
    /decoder.onnx, joiner.onnx, b.fst/,
  ],
])('%s: says what is wrong', (_, folder, message) => {
  expect(() => readSpeechModel(folder())).toThrow(message);
  expect(() => readSpeechModel(folder())).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

const CONFIG = {
  speech: 'on',
  speechModel: undefined,
  transcriber: undefined,
  allowVoice: true,
  allowWords: true,
} as const;

it('without a model speech is missing, and nothing fails; a model that was named must be one', () => {
  expect(chooseSpeech(CONFIG, '/nowhere')).toEqual({ state: 'missing', language: null, model: null });
  expect(() => chooseSpeech({ ...CONFIG, speechModel: '/nowhere' })).toThrow(/\/nowhere/);
});

it('the model that is named is taken, else the default one', () => {
  const english = folderWith({ ...MODEL, language: 'en-GB' });
  expect(chooseSpeech(CONFIG, english)).toMatchObject({ state: 'on', language: 'en-GB', model: { folder: english } });
  const polish = folderWith(MODEL);
  expect(chooseSpeech({ ...CONFIG, speechModel: polish }, english)).toMatchObject({ state: 'on', language: 'pl' });
});

it.each([{ speech: 'off' }, { allowVoice: false }, { allowWords: false }] as const)('is off with %j', (off) => {
  const folder = folderWith(MODEL);
  const off$ = { state: 'off', language: null, model: null };
  expect(chooseSpeech({ ...CONFIG, speechModel: folder, transcriber: './own.mjs', ...off })).toEqual(off$);
});

it('a module of the operator’s own goes over a model', () => {
  const choice = chooseSpeech({ ...CONFIG, speechModel: '/nowhere', transcriber: './own.mjs' });
  expect(choice).toEqual({ state: 'on', language: null, model: null });
});

it.each([
  ['en', true],
  ['EN-us', true],
  ['enm', false],
  ['de', false],
])('%s is English: %s', (tag, english) => expect(isEnglish(tag)).toBe(english));
