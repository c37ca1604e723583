import { EMOTIONS, MODALITIES } from '../common/emotions.js';
import { momentsOf } from './moments.js';
import type { ReportData, ReportWords } from './report-data.js';
import { filled, record, type Series } from './series.js';
import { summarise } from './summary.js';

/** What a report says of where its events come from. */
export type About = Pick<ReportData, 'title' | 'kind' | 'media' | 'notes' | 'version'>;

/** All that a report shows. @param words in order of time, by the place of their person in the series */
export function reportOf(series: Series, words: ReportWords[], about: About): ReportData {
  const { seconds, engine, model } = series;
  return {
    ...about,
    seconds,
    startedAt: series.originMs === null || series.originMs === 0 ? null : series.originMs,
    people: series.people.map((person) => ({
      id: person.id,
      face: person.face,
      label: filled(person.label, seconds),
      uncertain: filled(person.uncertain, seconds),
      scores: record(EMOTIONS, (emotion) => filled(person.scores[emotion], seconds)),
      smoothed: record(EMOTIONS, (emotion) => filled(person.smoothed[emotion], seconds)),
      valence: filled(person.valence, seconds),
      arousal: filled(person.arousal, seconds),
      weight: record(MODALITIES, (modality) => filled(person.weight[modality], seconds)),
      quality: record(MODALITIES, (modality) => filled(person.quality[modality], seconds)),
    })),
    words,
    moments: momentsOf(series, words),
    summary: summarise(series),
    engine,
    model,
  };
}
