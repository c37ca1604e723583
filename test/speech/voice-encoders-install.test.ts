import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasOnnxRuntime, onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { loadOnnxRuntime, type OnnxRuntime } from '../../src/common/onnx/runtime.js';
import { cutOrt } from '../../src/speech/install/cut-ort.js';
import { FlatTable } from '../../src/speech/install/flatbuffer.js';
import { MOONSHINE } from '../../src/speech/install/pinned.js';
import { resemblyzerLayers } from '../../src/speech/install/resemblyzer.js';
import { installVoiceEncoders } from '../../src/speech/install/voice-encoders.js';
import { defaultModelFolder } from '../../src/speech/paths.js';
import { VOICE_ENCODERS } from '../../src/speech/voice-encoders.js';
import { seeded } from '../features/support/pictures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const whole = join(defaultModelFolder(), MOONSHINE.files[0].name);
const canRun = hasOnnxRuntime() && existsSync(whole);
if (!canRun) console.log('skipped: ONNX Runtime or the speech model is not installed (npx emostream speech install)');

const VALUE = '/layers.2/Add_1_output_0';

/** A network in ONNX Runtime's format that gives a value of its middle beside what it gives: only its list of outputs is another. */
function alsoGiving(file: Uint8Array, value: string): Uint8Array {
  const outputs = (bytes: DataView) => FlatTable.root(bytes).table(1).table(7);
  const names = [...outputs(new DataView(file.buffer, file.byteOffset, file.length)).strings(6), value];
  const start = Math.ceil(file.length / 4) * 4;
  const parts: Buffer[] = [];
  let at = 4 + 4 * names.length;
  const head = Buffer.alloc(at);
  head.writeUInt32LE(names.length);
  for (const [i, name] of names.entries()) {
    head.writeUInt32LE(at - (4 + 4 * i), 4 + 4 * i);
    const text = Buffer.alloc(4 + 4 * Math.ceil((name.length + 1) / 4));
    text.writeUInt32LE(name.length);
    text.write(name, 4);
    parts.push(text);
    at += text.length;
  }
  const out = new Uint8Array(Math.ceil((start + at) / 8) * 8);
  out.set(file);
  out.set(Buffer.concat([head, ...parts]), start);
  const bytes = new DataView(out.buffer);
  const field = outputs(bytes).field(6)!;
  bytes.setUint32(field, start - field, true);
  return out;
}

async function run(runtime: OnnxRuntime, model: Uint8Array, samples: Float32Array): Promise<Record<string, unknown>> {
  const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 3 });
  const dims = [1, samples.length];
  const outputs = await session.run({
    input_values: new runtime.Tensor('float32', samples, dims),
    attention_mask: new runtime.Tensor('int64', new BigInt64Array(samples.length).fill(1n), dims),
  });
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
}

it.skipIf(!canRun)('a network that is cut gives, of all, the value at the cut, bit for bit', async () => {
  const runtime = loadOnnxRuntime(onnxRuntimeFolder());
  const file = readFileSync(whole);
  const random = seeded(1);
  const samples = Float32Array.from({ length: 16_000 }, () => 0.1 * (random() - 0.5));
  const cut = await run(runtime, cutOrt(file, VALUE), samples);
  const full = await run(runtime, alsoGiving(file, VALUE), samples);
  expect(Object.keys(cut)).toEqual([VALUE]);
  expect(Object.keys(full)).toContain('last_hidden_state');
  expect(cut[VALUE]).toEqual(full[VALUE]);
  expect(() => cutOrt(file, 'nothing')).toThrow('no node makes nothing');
});

it('weights that are not where they are known to be are refused', () => {
  expect(() => resemblyzerLayers(new Uint8Array(6_000_000))).toThrow('not Resemblyzer');
  expect(() => resemblyzerLayers(new Uint8Array(100))).toThrow('not Resemblyzer');
});

it('without the speech model there are no voice encoders, and nothing is left behind', async () => {
  const runtime = temporaryFolder({ 'node_modules/onnxruntime-node/dist/index.js': '' });
  const cache = temporaryFolder();
  const lines: string[] = [];
  const install = installVoiceEncoders({
    folder: join(cache, 'encoders'),
    speechModel: temporaryFolder(),
    runtime,
    log: (line) => lines.push(line),
  });
  await expect(install).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    message: expect.stringContaining('speech model'),
  });
  expect(await readdir(cache)).toEqual([]);
  expect(lines.join('\n')).toMatch(/MIT[^]*Apache-2\.0/);
});

it('the documentation names each encoder’s source, licence and hash as the program has them', () => {
  const page = readFileSync(new URL('../../docs/words.md', import.meta.url), 'utf8');
  for (const { source, licence, sha256 } of VOICE_ENCODERS) {
    const row = page.split('\n').find((line) => line.includes(`\`${sha256}\``));
    expect(row, sha256).toContain(source);
    expect(row).toContain(licence.split(' ')[0]);
  }
});
