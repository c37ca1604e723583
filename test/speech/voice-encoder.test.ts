import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { HEARD_PER_SECOND, HEARD_WIDTH, HEARD_WIDTHS, VOICE_SECOND } from '../../src/speech/heard-sizes.js';
import { voiceEncodersFolder } from '../../src/speech/paths.js';
import { VoiceEncoder } from '../../src/speech/voice-encoder.js';
import { VOICE_ENCODERS } from '../../src/speech/voice-encoders.js';
import { speech } from '../features/support/sounds.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const golden = JSON.parse(readFileSync(new URL('../fixtures/voice-encoders.json', import.meta.url), 'utf8')) as {
  moonshine: number[][];
  resemblyzer: number[][];
};

const isInstalled = VoiceEncoder.isInstalled();
if (!isInstalled) console.log('skipped: the voice encoders are not installed (npx emostream speech install)');

const opened: VoiceEncoder[] = [];
afterEach(() => Promise.all(opened.splice(0).map((encoder) => encoder.close())));
async function open(): Promise<VoiceEncoder> {
  const encoder = (await VoiceEncoder.open())!;
  opened.push(encoder);
  return encoder;
}

const second = speech().slice(VOICE_SECOND, 2 * VOICE_SECOND);

it('where nothing is installed there is no encoder', async () => {
  const nowhere = { runtime: temporaryFolder(), encoders: temporaryFolder() };
  expect(await VoiceEncoder.open(nowhere)).toBe(null);
});

it('what is installed and does not load says so', async () => {
  const runtime = temporaryFolder({
    'node_modules/onnxruntime-node/package.json': '{"main":"dist/index.js"}',
    'node_modules/onnxruntime-node/dist/index.js': 'throw new Error("no such library")',
  });
  const encoders = temporaryFolder({ 'voice-encoders.json': '[]' });
  await expect(VoiceEncoder.open({ runtime, encoders })).rejects.toMatchObject({
    code: 'SPEECH_UNAVAILABLE',
    message: expect.stringMatching(/no such library[^]*speech install/),
  });
});

it.skipIf(!isInstalled)(
  'a file with one other byte is not loaded: it would hear something else and say nothing',
  async () => {
    const encoders = temporaryFolder();
    cpSync(voiceEncodersFolder(), encoders, { recursive: true });
    const file = join(encoders, VOICE_ENCODERS[1].file);
    const bytes = readFileSync(file);
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(file, bytes);
    await expect(VoiceEncoder.open({ runtime: onnxRuntimeFolder(), encoders })).rejects.toMatchObject({
      code: 'SPEECH_UNAVAILABLE',
      message: `${file} is not what was installed: \`npx emostream speech install\` makes it anew.`,
    });
  },
);

it.skipIf(!isInstalled)('a second is heard as both encoders hear it, worked out elsewhere', async () => {
  const heard = await (await open()).encode(second);
  expect(heard.length).toBe(HEARD_PER_SECOND * HEARD_WIDTH);
  for (const [name, from, width] of [
    ['moonshine', 0, HEARD_WIDTHS[0]],
    ['resemblyzer', HEARD_WIDTHS[0], HEARD_WIDTHS[1]],
  ] as const) {
    const steps = golden[name];
    const most = Math.max(...steps.flat().map(Math.abs));
    const worst = steps.map((values, step) => {
      const row = heard.subarray(step * HEARD_WIDTH + from, step * HEARD_WIDTH + from + width);
      return Math.max(...values.map((value, i) => Math.abs(value - row[16 * i]!)));
    });
    expect(steps.length).toBe(HEARD_PER_SECOND);
    expect(Math.max(...worst) / most).toBeLessThan(1e-3);
  }
});

it.skipIf(!isInstalled)('the same sound is heard alike each time; what is not finite is silence', async () => {
  const encoder = await open();
  const broken = second.slice();
  const mended = second.slice();
  for (const [at, value] of [NaN, Infinity, -Infinity].entries()) {
    broken[1000 * at] = value;
    mended[1000 * at] = 0;
  }
  expect(await encoder.encode(broken)).toEqual(await encoder.encode(mended));
});

it.skipIf(!isInstalled)('sound that is no second is refused', async () => {
  await expect((await open()).encode(second.subarray(1))).rejects.toThrow(RangeError);
});
