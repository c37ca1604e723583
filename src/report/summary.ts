import { EMOTIONS, MODALITIES } from '../common/emotions.js';
import type { Column, PersonSummary } from './report-data.js';
import { record, type Series } from './series.js';

const round = (value: number): number => Math.round(value * 1000) / 1000;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : round(part / whole));

function mean(column: Column): number | null {
  const values = column.filter((value): value is number => typeof value === 'number');
  return values.length === 0 ? null : round(values.reduce((sum, value) => sum + value, 0) / values.length / 1000);
}

/** What became of each person's seconds. */
export function summarise({ people }: Series): PersonSummary[] {
  return people.map((person) => {
    // Seconds that have an event are those for which something is known of being certain.
    const told = person.uncertain.flatMap((value, second) => (typeof value === 'number' ? [second] : []));
    const labelled = told.filter((second) => typeof person.label[second] === 'number');
    const guessed = labelled.filter((second) => person.uncertain[second] === 1);
    return {
      participant: person.id,
      face: person.face,
      seconds: told.length,
      share: record(EMOTIONS, (emotion) =>
        share(labelled.filter((second) => person.label[second] === EMOTIONS.indexOf(emotion)).length, told.length),
      ),
      none: share(told.length - labelled.length, told.length),
      uncertain: share(guessed.length, labelled.length),
      without: record(MODALITIES, (modality) =>
        share(told.filter((second) => typeof person.weight[modality][second] !== 'number').length, told.length),
      ),
      valence: mean(person.valence),
      arousal: mean(person.arousal),
    };
  });
}
