import { wallClock } from '../support/shared-timer.js';
import { type Answer, answerOf, delay, type LiveCall } from './live-call.js';

const SPEAKERS = 30;
const ROOM = 'words';
/**
 * A caption each so many ms: the words before have left the trailing 8 s of a window (WORDS_WINDOW_MS) that may end a second
 * after the caption.
 */
const PERIOD_MS = 10_000;
/** Captions come so long after a whole second, and had begun so long before. */
const SAID_AT_MS = 400;
const SPOKEN_FOR_MS = 1200;

const SETTLE_MS = 2500;

/**
 * Says each text as a caption over a WebSocket, as a browser's speech recogniser would, a few people at a time, and answers
 * what the call said of the window in which it ended.
 */
export async function playCaptions(
  call: LiveCall,
  texts: readonly { example: number; text: string }[],
): Promise<Map<number, Answer>> {
  const listener = await call.connect(ROOM, true);
  const speakers = Array.from({ length: Math.min(SPEAKERS, texts.length) }, async (_, i) => {
    const client = await call.connect(ROOM, false);
    const { rtpCapabilities } = await client.request('getRouterCapabilities', {});
    const consent = { face: false, voice: false, words: true };
    const { participant } = await client.request('join', { name: `Speaker ${String(i)}`, rtpCapabilities, consent });
    return { client, participant };
  });
  const people = await Promise.all(speakers);
  const from = Math.ceil((wallClock() + 1500) / 1000) * 1000;
  const said = new Map<number, { participant: string; window: number }>();
  const speak = async (speaker: (typeof people)[number], index: number) => {
    // Speakers take turns over the period, so that not all talk in the same second.
    const turn = Math.floor((PERIOD_MS * index) / people.length / 1000) * 1000;
    for (let i = index, round = 0; i < texts.length; i += people.length, round++) {
      const { example, text } = texts[i]!;
      await delay(from + round * PERIOD_MS + turn + SAID_AT_MS - wallClock());
      const now = wallClock();
      await speaker.client.request('caption', { text, startMs: now - SPOKEN_FOR_MS, endMs: now, sentMs: now });
      said.set(example, { participant: speaker.participant, window: Math.floor(now / 1000) * 1000 });
    }
  };
  await Promise.all(people.map(speak));
  await delay(SETTLE_MS);
  for (const { client } of people) client.close();
  listener.close();
  return new Map(
    [...said].map(([example, { participant, window }]) => {
      const event = call.event(participant, window);
      return [example, answerOf(event?.words.present ? [event] : [])];
    }),
  );
}
