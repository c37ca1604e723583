/**
 * Numbers of speakers, unique over all corpora: 100 + actor for RAVDESS, 200 + speaker for EMO-DB, 301 to 307 for nEMO,
 * 10 000 + contributor for EmoGator, from a million on for corpora of users (user-corpora.ts).
 */
export const FIRST_SPEAKER = { ravdess: 100, emodb: 200, nemo: 301, emogator: 10_000 } as const;

/** nEMO's speakers in the order of their numbers. */
export const NEMO_SPEAKERS = ['IC0', 'KD0', 'MK0', 'MP0', 'SM0', 'TP0', 'WR0'];
/** As published with each corpus; RAVDESS: odd actors are men, even ones women. */
const WOMEN = new Set([208, 209, 213, 214, 216, 301, 302, 303]);

export type Sex = 'female' | 'male';

/** Null where the corpus does not tell. */
export function sexOf(speaker: number): Sex | null {
  if (speaker <= FIRST_SPEAKER.ravdess || speaker >= FIRST_SPEAKER.nemo + NEMO_SPEAKERS.length) return null;
  if (speaker <= FIRST_SPEAKER.emodb) return speaker % 2 === 0 ? 'female' : 'male';
  return WOMEN.has(speaker) ? 'female' : 'male';
}

/** Whether the number is of EmoGator, whose contributors' parts follow from their numbers. */
export const isEmogator = (speaker: number): boolean =>
  speaker >= FIRST_SPEAKER.emogator && speaker < FIRST_SPEAKER.emogator + 1000;
