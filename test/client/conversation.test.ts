import { describe, expect, it } from 'vitest';
import { Conversation, KEPT_SECONDS } from '../../client/page/session/conversation.js';
import type { EmotionEvent, RoomEvent, Words } from '../../client/lib/index.js';
import { emotionEvent } from './support/scripted-server.js';

const ALL = { face: true, voice: true, words: true };
const START = 1_700_000_000_300;
const at = { room: 'room-1', epoch: 'e1', seq: 1, at: START };
const window = (second: number) => ({ start: START + 1000 * second, end: START + 1000 * (second + 1) });
const told = (participant: string, second: number, change: Partial<EmotionEvent> = {}): EmotionEvent =>
  emotionEvent(1, { participant, window: window(second), ...change });
const begin = (participant: string, analysed = ALL): RoomEvent => ({ type: 'begin', ...at, participant, analysed });
const end = (participant: string, reason: 'left' | 'tracks-ended' | 'consent-withdrawn'): RoomEvent => ({
  ...{ type: 'end', ...at, participant, reason },
});
const said = (participant: string, segment: number, text: string, final = true): Words => ({
  ...{ type: 'words', room: 'room-1', participant, segment, text, final, source: 'voice', language: 'en' },
  ...{ startMs: START + 1000 * segment, endMs: START + 1000 * segment + 900 },
});

function heard(...events: RoomEvent[]): Conversation {
  const conversation = new Conversation();
  conversation.own = 'me';
  for (const event of events) conversation.push(event);
  return conversation;
}
const labels = (conversation: Conversation, participant: string) =>
  conversation.seriesOf(participant)?.people[0]?.label;

describe('the conversation so far', () => {
  it('has a timeline of each person, with what was revised, gaps as gaps, and the final words in order', () => {
    const gap: RoomEvent = { ...at, type: 'gap', participant: 'ada', window: window(1), reason: 'overloaded' };
    const conversation = heard(
      ...[begin('ada'), told('ada', 0), gap, told('ada', 2, { label: 'sad' }), told('me', 0)],
      told('ada', 0, { revision: 1, label: 'angry' }),
    );
    for (const words of [
      said('ada', 2, 'there'),
      said('ada', 0, 'He'),
      said('ada', 0, 'Hello'),
      said('ada', 3, 'p', false),
    ])
      conversation.pushWords(words);
    expect(conversation.participants).toEqual(['ada', 'me']);
    expect(labels(conversation, 'ada')).toEqual([3, undefined, 2]);
    expect(conversation.seriesOf('ada')?.people[0]?.gap[1]).toBe('overloaded');
    expect(conversation.wordsOf('ada')).toEqual([
      { person: 0, from: 0, to: 0.9, text: 'Hello' },
      { person: 0, from: 2, to: 2.9, text: 'there' },
    ]);
    // Taken back by an empty text, or all at once.
    conversation.pushWords(said('ada', 2, ''));
    expect(conversation.wordsOf('ada')).toHaveLength(1);
    conversation.withdrawWords('ada');
    expect(conversation.wordsOf('ada')).toEqual([]);
  });

  it('forgets whoever withdraws consent, to all or a part, and takes nothing of it that was on its way', () => {
    const less = { ...ALL, face: false };
    for (const participant of ['ada', 'me']) {
      for (const withdraw of [
        (conversation: Conversation) => conversation.consent(participant, less),
        (conversation: Conversation) => conversation.push(end(participant, 'consent-withdrawn')),
      ]) {
        const conversation = heard();
        conversation.consent(participant, ALL);
        conversation.push(told(participant, 0));
        conversation.pushWords(said(participant, 0, 'Hello'));
        withdraw(conversation);
        expect(conversation.participants).toEqual([]);
        expect(conversation.wordsOf(participant)).toEqual([]);
      }
    }
    // What was on its way.
    const late = heard();
    late.consent('ada', less);
    late.push(told('ada', 1));
    expect(late.participants).toEqual([]);
    // More, or the same while a camera is off, takes nothing back.
    late.consent('ada', ALL);
    for (const event of [begin('ada'), told('ada', 2), begin('ada', less)]) late.push(event);
    expect(late.participants).toEqual(['ada']);
  });

  it('forgets others when they leave, and not oneself; and nobody whose camera is off', () => {
    const conversation = heard(...['ada', 'bob', 'me'].map((participant) => told(participant, 0)));
    conversation.push(end('ada', 'left'));
    conversation.push(end('bob', 'tracks-ended'));
    conversation.push(end('me', 'left'));
    conversation.left('me');
    expect(conversation.participants).toEqual(['bob', 'me']);
    conversation.left('bob');
    expect(conversation.participants).toEqual(['me']);
  });

  it('keeps two hours of each, whatever comes', () => {
    const conversation = heard(told('me', 0));
    for (let second = 1; second < KEPT_SECONDS + 900; second += 3) conversation.push(told('me', second));
    const series = conversation.seriesOf('me')!;
    expect(series.seconds).toBeGreaterThanOrEqual(KEPT_SECONDS);
    expect(series.seconds).toBeLessThan(KEPT_SECONDS + 300);
    for (const column of [series.people[0]!.label, series.people[0]!.scores.happy, series.people[0]!.quality.face])
      expect(column.length).toBeLessThanOrEqual(series.seconds);
    // The newest second is where it was.
    const [newest] = [window(KEPT_SECONDS + 898).start];
    const place = Math.round((newest - series.originMs!) / 1000);
    conversation.push(told('me', KEPT_SECONDS + 898, { label: 'surprised' }));
    expect(labels(conversation, 'me')![place]).toBe(6);
    for (let segment = 0; segment < 2000; segment++) conversation.pushWords(said('me', 8000 + segment, 'x'));
    expect(conversation.wordsOf('me').length).toBeLessThanOrEqual(1500);
  });
});
