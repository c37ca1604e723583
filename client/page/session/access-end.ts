import { timeOfDay } from '../languages/clock-times.js';
import { t } from '../languages/current.js';

/** When the access token ends; once it has, until when the seat is kept. In ms since the epoch. */
export interface AccessEnd {
  ended: boolean;
  until: number;
}

/** What the end of an access token means for the person. */
export function accessSentence({ ended, until }: AccessEnd): string {
  const { accessEnds, accessEnded } = t().told;
  return ended ? accessEnded(timeOfDay(until)) : accessEnds(timeOfDay(until));
}
