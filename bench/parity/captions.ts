import { wallClock } from '../support/shared-timer.js';
import { type Answer, answerOf, delay, type LiveCall } from './live-call.js';

const SPEAKERS = 30;
/** In rooms of so many: one room of all would ask for more seats, and more of its media worker, than a call has. */
const ROOM_SIZE = 6;
const roomOf = (speaker: number): string => `words-${String(Math.floor(speaker / ROOM_SIZE))}`;
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
  const count = Math.min(SPEAKERS, texts.length);
  const rooms = new Set(Array.from({ length: count }, (_, i) => roomOf(i)));
  const listeners = await Promise.all([...rooms].map((room) => call.connect(room, true)));
  const speakers = Array.from({ length: count }, async (_, i) => {
    const client = await call.connect(roomOf(i), false);
    const { rtpCapabilities } = await client.request('getRouterCapabilities', {});
    const consent = { face: false, voice: false, words: true };
    const { participant } = await client.request('join', { name: `Speaker ${String(i)}`, rtpCapabilities, consent });
    return { client, participant };
  });
  const people = await Promise.all(speakers);
  const from = Math.ceil((wallClock() + 1500) / 1000) * 1000;
  const said = new Map<number, { participant: string; endMs: number }>();
  const speak = async (speaker: (typeof people)[number], index: number) => {
    // Speakers take turns over the period, so that not all talk in the same second.
    const turn = Math.floor((PERIOD_MS * index) / people.length / 1000) * 1000;
    for (let i = index, round = 0; i < texts.length; i += people.length, round++) {
      const { example, text } = texts[i]!;
      await delay(from + round * PERIOD_MS + turn + SAID_AT_MS - wallClock());
      const now = wallClock();
      await speaker.client.request('caption', { text, startMs: now - SPOKEN_FOR_MS, endMs: now, sentMs: now });
      said.set(example, { participant: speaker.participant, endMs: now });
    }
  };
  await Promise.all(people.map(speak));
  await delay(SETTLE_MS);
  for (const { client } of people) client.close();
  for (const listener of listeners) listener.close();
  return new Map(
    [...said].map(([example, { participant, endMs }]) => {
      const event = call.eventOver(participant, endMs);
      return [example, answerOf(event?.words.present ? [event] : [])];
    }),
  );
}
