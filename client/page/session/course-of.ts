import { EMOTIONS } from '../../../src/common/emotions.js';
import type { Moment, ReportPerson, ReportWords } from '../../../src/report/report-data.js';
import { momentsOf } from '../../../src/report/moments.js';
import type { CourseSecond } from '../../lib/overlay/course.js';
import type { Conversation } from './conversation.js';

/** The conversation so far as it is shown: everybody on one line of time. */
export interface ConversationView {
  /** When second 0 was, ms since the epoch; null: there is nothing yet. */
  startedAt: number | null;
  seconds: number;
  people: {
    participant: string;
    id: string;
    face: null;
    label: ReportPerson['label'];
    uncertain: ReportPerson['uncertain'];
  }[];
  moments: Moment[];
  words: ReportWords[];
}

/** Where somebody is most neutral is nothing to look at. */
export const ofNote = (moments: readonly Moment[]): Moment[] =>
  moments.filter(({ kind, emotion }) => kind === 'change' || emotion !== 'neutral');

/** @param nameOf by participant */
export function viewOf(conversation: Conversation, nameOf: (participant: string) => string): ConversationView {
  const heard = conversation.participants.flatMap((participant) => {
    const series = conversation.seriesOf(participant);
    const person = series?.people.find(({ face }) => face === null);
    return series && person ? [{ participant, series, person, origin: series.originMs ?? 0 }] : [];
  });
  const startedAt = Math.min(...heard.map(({ origin }) => origin));
  const later = heard.map(({ origin }) => Math.round((origin - startedAt) / 1000));
  const words = heard.map(({ participant }) => conversation.wordsOf(participant));
  const moved = <T extends { person: number }>(item: T, person: number): T => ({ ...item, person });
  return {
    startedAt: heard.length > 0 ? startedAt : null,
    seconds: Math.max(0, ...heard.map(({ series }, at) => series.seconds + later[at]!)),
    people: heard.map(({ participant, person }, at) => {
      const gap = Array<null>(later[at]!).fill(null);
      const [label, uncertain] = [person.label, person.uncertain].map((column) => [...gap, ...column]);
      return { participant, id: nameOf(participant), face: null, label: label!, uncertain: uncertain! };
    }),
    moments: heard
      .flatMap(({ series, person }, at) =>
        ofNote(momentsOf({ people: [person], seconds: series.seconds }, words[at]!)).map((moment) => ({
          ...moved(moment, at),
          second: moment.second + later[at]!,
        })),
      )
      .sort((a, b) => a.second - b.second),
    words: words
      .flatMap((said, at) =>
        said.map((each) => ({ ...moved(each, at), from: each.from + later[at]!, to: each.to + later[at]! })),
      )
      .sort((a, b) => a.from - b.from),
  };
}

/**
 * A course of any length in a bounded number of parts, each with what most of its seconds have.
 * @param seconds of the whole, also where a column ends before
 * @returns oldest first; null: most of them have no result
 */
export function inParts(
  { label, uncertain }: Pick<ReportPerson, 'label' | 'uncertain'>,
  seconds: number,
  most: number,
): (CourseSecond | null)[] {
  const parts = Math.min(seconds, most);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [Math.floor((part * seconds) / parts), Math.floor(((part + 1) * seconds) / parts)];
    return mostOf(label.slice(from, to), uncertain.slice(from, to), to - from);
  });
}

function mostOf(
  label: ReportPerson['label'],
  uncertain: ReportPerson['uncertain'],
  seconds: number,
): CourseSecond | null {
  const told = [...label.keys()].filter((at) => typeof uncertain[at] === 'number');
  if (2 * told.length < seconds) return null;
  const counts = new Map<number | null, number[]>();
  for (const at of told) counts.set(label[at] ?? null, [...(counts.get(label[at] ?? null) ?? []), at]);
  const [index, places] = [...counts].reduce((best, each) => (each[1].length > best[1].length ? each : best));
  const guesses = places.filter((at) => uncertain[at] === 1).length;
  return { label: index === null ? null : EMOTIONS[index]!, uncertain: 2 * guesses > places.length };
}
