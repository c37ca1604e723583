import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { onnxRuntimeInUse } from '../src/common/onnx/install.js';
import { loadOnnxRuntime } from '../src/common/onnx/runtime.js';
import { defaultModelFolder, VOICE_ENCODERS, VOICE_SECOND, VoiceEncoder } from '../src/speech/index.js';
import { voiceEncodersFolder } from '../src/speech/paths.js';
import { VOICE_MEL_BANDS, VoiceMel } from '../src/speech/voice-mel.js';
import { measured } from './support/measured.js';
import { projectFile } from './support/project-file.js';
import { quantile } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:voice-encoders`: CPU time for a second of speech, of the voice encoders and of their parts; and beside them, in turn,
 * of the recogniser's whole encoder, by which another machine can be compared.
 */
const options = new Command('bench:voice-encoders')
  .option('--rounds <count>', 'seconds encoded by each, in turn', '200')
  .option('--json <file>', 'where the figures go')
  .parse()
  .opts<{ rounds: string; json?: string }>();
const rounds = Number(options.rounds);
const LONG = 'the same on three seconds at once, a third of it';
/** Buffers and caches are there after so many. */
const WARM_UP = 20;

const wav = readFileSync(projectFile('test/fixtures/speech-16k.wav'));
const from = wav.indexOf('data', 12, 'latin1') + 8;
const second = Float32Array.from({ length: VOICE_SECOND }, (_, i) => wav.readInt16LE(from + 2 * (8000 + i)) / 32_768);

const encoder = await VoiceEncoder.open();
if (!encoder) throw new Error('the voice encoders are not installed: npx emostream speech install');
const runtime = loadOnnxRuntime(onnxRuntimeInUse());
const session = (path: string) =>
  runtime.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
const part = (i: 0 | 1) => session(join(voiceEncodersFolder(), VOICE_ENCODERS[i].file));
const [moonshine, resemblyzer] = [await part(0), await part(1)];
const whole = await session(join(defaultModelFolder(), 'encoder_model.ort'));
const samples = new runtime.Tensor('float32', second, [1, VOICE_SECOND]);
const attended = new runtime.Tensor('int64', new BigInt64Array(VOICE_SECOND).fill(1n), [1, VOICE_SECOND]);
const LONG_SECONDS = 3;
const long = Float32Array.from({ length: LONG_SECONDS * VOICE_SECOND }, (_, i) => second[i % VOICE_SECOND]!);
const longSamples = new runtime.Tensor('float32', long, [1, long.length]);
const longAttended = new runtime.Tensor('int64', new BigInt64Array(long.length).fill(1n), [1, long.length]);
const mel = new VoiceMel();

const subjects: Record<string, () => Promise<unknown>> = {
  'both encoders, as a call asks them': () => encoder.encode(second),
  'Moonshine up to its third block': () => moonshine.run({ input_values: samples, attention_mask: attended }),
  'Resemblyzer’s two layers, with their mel': () => {
    const bands = mel.compute(second);
    const frames = bands.length / VOICE_MEL_BANDS;
    return resemblyzer.run({ mel: new runtime.Tensor('float32', bands, [frames, 1, VOICE_MEL_BANDS]) });
  },
  'for comparison: the recogniser’s whole encoder': () =>
    whole.run({ input_values: samples, attention_mask: attended }),
  [LONG]: () => whole.run({ input_values: longSamples, attention_mask: longAttended }),
};
const cpuMs: Record<string, number[]> = {};
for (let round = 0; round < WARM_UP + rounds; round++) {
  for (const [name, run] of Object.entries(subjects)) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (round >= WARM_UP) (cpuMs[name] ??= []).push((user + system) / 1000 / (name === LONG ? LONG_SECONDS : 1));
  }
}
const figures = Object.fromEntries(
  Object.entries(cpuMs).map(([name, all]) => [
    name,
    Object.fromEntries(
      Object.entries({ p10: 0.1, median: 0.5, p90: 0.9 }).map(([key, share]) => [
        key,
        Number(quantile(all, share).toFixed(2)),
      ]),
    ),
  ]),
);
console.table(figures);
if (options.json) {
  writeJson(options.json, { benchmark: 'voice-encoders', ...measured('bench:voice-encoders'), rounds, cpuMs: figures });
}
await encoder.close();
