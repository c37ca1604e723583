import { FACE_SIZE } from '../../../src/features/types.js';
import { writePrepared } from '../../../src/training/data/prepared.js';
import { toSet } from '../../../src/training/data/text.js';
import type { SpeechSet } from '../../../src/training/data/speech.js';

/** Tones as clips, of the given speakers. */
export function clips(speakers: readonly number[]): SpeechSet {
  const length = 4000;
  return {
    samples: Int16Array.from({ length: speakers.length * length }, (_, i) => 8000 * Math.sin(i / 5)),
    offsets: Int32Array.from({ length: speakers.length + 1 }, (_, i) => i * length),
    labels: Int32Array.from(speakers, (_, i) => i % 7),
    speakers: Int32Array.from(speakers),
  };
}

/** The built-in corpora, prepared, with an example or two of each: enough for the recipes to run. */
export async function prepareBuiltIn(prepared: string): Promise<void> {
  await writePrepared(prepared, 'ravdess', { ...clips([101, 115, 118]) });
  await writePrepared(prepared, 'emodb', { ...clips([203, 212, 215]) });
  await writePrepared(prepared, 'nemo', { ...clips([301, 302, 306]) });
  await writePrepared(prepared, 'emogator', { ...clips([10_001, 10_008, 10_009]) });
  for (const split of ['train', 'valid']) {
    const images = Uint8Array.from({ length: 2 * FACE_SIZE ** 2 }, (_, i) => (i * 31) % 256);
    const targets = Float32Array.from({ length: 14 }, (_, i) => (i === 1 || i === 9 ? 1 : 0));
    await writePrepared(prepared, `ferplus-${split}`, { images, targets, majority: Int32Array.of(1, 2) });
    const words = toSet([{ text: `${split} hello there`, speakerChanged: false, emotions: ['happy'] }]);
    for (const name of ['goemotions', 'meld']) await writePrepared(prepared, `${name}-${split}`, { ...words });
  }
}
