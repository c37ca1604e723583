import { expect, it } from 'vitest';
import { Conversation } from '../../client/page/session/conversation.js';
import { inParts, viewOf } from '../../client/page/session/course-of.js';
import { OwnCourse } from '../../client/page/session/own-course.js';
import type { Words } from '../../client/lib/index.js';
import { COLUMNS } from '../../src/report/table.js';
import { emotionEvent } from './support/scripted-server.js';

const START = 1_700_000_000_300;
const LABELS = { n: 'neutral', h: 'happy', s: 'sad' } as const;
const names = new Map([
  ['me', 'Ada (you)'],
  ['b', 'Bob'],
]);

/** Letters are labels, capital ones certain; a dot is no result. */
function heard(people: Record<string, string>): Conversation {
  const conversation = new Conversation();
  conversation.own = 'me';
  for (const [participant, seconds] of Object.entries(people)) {
    for (const [at, letter] of [...seconds].entries()) {
      if (letter === '.') continue;
      const label = LABELS[letter.toLowerCase() as keyof typeof LABELS];
      const uncertain = letter === letter.toLowerCase();
      const scores = {
        neutral: 0.1,
        happy: 0.1,
        sad: 0.1,
        angry: 0,
        fearful: 0,
        disgusted: 0,
        surprised: 0,
        [label]: 0.8,
      };
      const window = { start: START + 1000 * at, end: START + 1000 * (at + 1) };
      conversation.push(emotionEvent(1, { participant, window, label, uncertain, scores, smoothed: scores }));
    }
  }
  return conversation;
}
const said = (participant: string, second: number, text: string): Words => ({
  ...{ type: 'words', room: 'r', participant, segment: second, text, final: true, source: 'voice', language: null },
  ...{ startMs: START + 1000 * second, endMs: START + 1000 * second + 800 },
});

it('everybody is on one line of time, whenever they came', () => {
  const conversation = heard({ me: '....NNNNSSSS', b: 'HHHH' });
  conversation.pushWords(said('me', 5, 'two'));
  conversation.pushWords(said('b', 1, 'one'));
  const view = viewOf(conversation, (participant) => names.get(participant) ?? '');
  expect(view).toMatchObject({ startedAt: START, seconds: 12 });
  expect(view.people.map(({ id, label }) => [id, label])).toEqual([
    ['Ada (you)', [null, null, null, null, 0, 0, 0, 0, 2, 2, 2, 2]],
    ['Bob', [1, 1, 1, 1]],
  ]);
  expect(view.words.map(({ person, from, text }) => [person, from, text])).toEqual([
    [1, 1, 'one'],
    [0, 5, 'two'],
  ]);
  // When somebody is most neutral is nothing to look at.
  expect(view.moments.map(({ person, second, kind, emotion }) => [person, second, kind, emotion])).toEqual([
    [1, 0, 'strongest', 'happy'],
    [0, 8, 'strongest', 'sad'],
    [0, 8, 'change', 'sad'],
  ]);
  expect(viewOf(new Conversation(), String)).toMatchObject({ startedAt: null, seconds: 0, people: [] });
});

it('a long course is shown in parts, each with what most of it has', () => {
  const { people } = viewOf(heard({ me: 'HHHnhhhH.nSS....NNNN' }), String);
  const parts = inParts(people[0]!, 20, 5).map((part) => part && `${part.label}${part.uncertain ? '?' : ''}`);
  expect(parts).toEqual(['happy', 'happy?', 'sad', null, 'neutral']);
  expect(inParts(people[0]!, 20, 500)).toHaveLength(20);
});

it('what may be saved is of oneself alone, in a table, as data and as a report', () => {
  const conversation = heard({ me: 'NNNNHH', b: 'HHHHHH' });
  conversation.pushWords(said('me', 4, 'fine'));
  conversation.pushWords(said('b', 4, 'secret'));
  const about = { conversation, participant: 'me', name: 'Ada', title: 'Ada in team-1', version: '1.2.3' };
  const course = OwnCourse.of(about)!;
  const rows = course.csv().trimEnd().split('\r\n');
  expect(rows[0]).toBe(COLUMNS.join(','));
  expect(rows.slice(1).map((row) => row.split(',').slice(0, 4).join())).toEqual(
    ['neutral', 'neutral', 'neutral', 'neutral', 'happy', 'happy'].map((label, second) => `${second},Ada,,${label}`),
  );
  const data = JSON.parse(course.json()) as Record<string, unknown>;
  expect(data).toMatchObject({ emostream: '1.2.3', title: 'Ada in team-1', startedAt: START });
  expect(data.seconds).toHaveLength(6);
  expect(data.words).toEqual([{ from: 4, to: 4.8, text: 'fine' }]);
  const html = course.html('/* the program */', { tag: 'de', direction: 'ltr' });
  // In the page's language; the names of columns and fields are the same in every one.
  expect(html).toContain('<html lang="de" dir="ltr">');
  expect(html).toContain('<script>/* the program */</script>');
  for (const text of [course.csv(), course.json(), html]) expect(text).not.toMatch(/secret|"b"|,b,/);
  expect(OwnCourse.of({ ...about, conversation: heard({ me: 'HHH' }) })).toBeNull();
});
