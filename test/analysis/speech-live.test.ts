import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upsample } from '../../bench/parity/voice-track.js';
import { encodeOpus, OPUS_RATE } from '../../bench/support/encode-audio.js';
import { comparedWords, errorRate, wordErrors } from '../../bench/words/word-errors.js';
import { projectFile } from '../../bench/support/project-file.js';
import type { Recording } from '../../bench/support/recording.js';
import type { Consent } from '../../src/common/consent.js';
import type { ShownWords } from '../../src/sfu/types.js';
import { installedModel, NO_MODEL } from '../speech/support/model.js';
import { Call } from './support/call.js';

const HEARD = { face: false, voice: true, words: true };
/** The sentence lasts three seconds, and so long nobody speaks then, s. */
const PAUSE = 10;

const model = installedModel();
if (!model) console.log(`skipped: ${NO_MODEL}`);

describe.skipIf(!model)('words recognised in a call', () => {
  let call: Call;
  let recording: Recording;
  beforeAll(async () => {
    recording = spoken('angry-16k.wav');
    call = await Call.start('spoken', {});
  });
  afterAll(() => call.close());

  it('are in the events of the seconds in which they were said, and judged', async () => {
    const texts: ShownWords[] = [];
    const ann = await call.join('ann', { recording, consent: HEARD, onWords: (words) => texts.push(words) });
    ann.peer.start();
    const said = await call.until('a final sentence', () => texts.find(({ final }) => final), 60_000);
    // A small model mishears a word now and then.
    expect(
      errorRate([wordErrors(comparedWords('This makes me so angry, stop it now!'), comparedWords(said.text))]),
    ).toBeLessThan(0.2);
    // Of this sentence, or on a busy machine of the next one.
    await call.until('partial words', () => texts.some(({ final }) => !final), 60_000);
    // Of the second after its end all of it is in the trailing words; those that came late, in its revision.
    const event = await call.until('an angry second', () =>
      call
        .of('emotion', 'ann')
        .filter(({ window }) => window.end > said.endMs && window.end < said.endMs + 2500)
        .find(({ words }) => words.present && likeliest(words.scores) === 'angry'),
    );
    expect(event.words.state).toBe('live');
    // Nothing was said before it.
    const before = call.of('emotion', 'ann').filter(({ window }) => window.end < said.startMs - 500);
    expect(before.every(({ words }) => !words.present)).toBe(true);
    ann.close();
  }, 120_000);

  it('are not heard of again when consent is withdrawn in the middle of a sentence', async () => {
    // Two at once, each of whom takes back another half.
    const withdraws = async (withdrawn: Consent): Promise<void> => {
      const name = withdrawn.words ? 'no-voice' : 'no-words';
      const texts: (ShownWords & { afterwards: boolean })[] = [];
      let isWithdrawn = false;
      const ben = await call.join(name, {
        recording,
        consent: { ...HEARD, face: true },
        onWords: (words) => texts.push({ ...words, afterwards: isWithdrawn }),
      });
      ben.peer.start();
      // In the middle of a sentence: it has partial words, and goes on.
      await call.until('partial words', () => texts.at(-1)?.final === false, 60_000);
      isWithdrawn = true;
      await ben.setConsent({ ...withdrawn, face: false });
      const seq = call.events.at(-1)?.seq ?? 0;
      // Consent to the rest goes on, and so do its events: for longer than a final result would take.
      const after = await call.until(
        'six more seconds',
        () => {
          const events = call.of('emotion', name).filter((event) => event.seq > seq);
          return events.length >= 6 && events;
        },
        60_000,
      );
      for (const { words } of after) expect(words).toMatchObject({ present: false, scores: null });
      expect(texts.filter(({ afterwards }) => afterwards)).toEqual([]);
      ben.close();
    };
    await Promise.all([withdraws({ ...HEARD, words: false }), withdraws({ ...HEARD, voice: false })]);
  }, 180_000);
});

const likeliest = (scores: Readonly<Record<string, number>> | null): string | undefined =>
  Object.entries(scores ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];

/** A fixture, spoken over and over with a pause after it. */
function spoken(name: string): Recording {
  const wav = readFileSync(projectFile(`test/fixtures/${name}`));
  const from = wav.indexOf('data', 12, 'latin1') + 8;
  const samples = Float32Array.from(
    { length: Math.floor((wav.length - from) / 2) },
    (_, i) => wav.readInt16LE(from + 2 * i) / 32_768,
  );
  const sound = upsample(samples);
  const all = new Float32Array(sound.length + PAUSE * OPUS_RATE);
  all.set(sound);
  return { video: null, audio: { packets: encodeOpus(all) } };
}
