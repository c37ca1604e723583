import type { Notification } from '../../lib/index.js';
import { t } from '../languages/current.js';

/** What changes nothing about one's seat: others listen for it, or nobody needs to. */
const ELSEWHERE = [
  'replayEnded',
  'missed',
  'tokenExpiring',
  'tokenExpired',
  'words',
  'wordsWithdrawn',
  'beat',
  'moved',
  'nodes',
] as const;
export const isHeardElsewhere = (
  notification: Notification,
): notification is Extract<Notification, { type: (typeof ELSEWHERE)[number] }> =>
  (ELSEWHERE as readonly string[]).includes(notification.type);

/** What the server did to one's seat, said to the person in their language. */
export class Told extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Told';
  }
}

export const roomEnded = (): Told => new Told(t().told.roomEnded);
export const removed = (): Told => new Told(t().told.removed);
export const noEmotions = (): Told => new Told(t().told.noEmotions);
export const seatFailed = (): Told => new Told(t().told.seatFailed);
export const screenStopped = (): Told => new Told(t().screen.tooMuch);

/** A moderator's word; what it changed of one's own consent comes by itself. */
export const analysisAllowed = (allowed: boolean): Told => new Told(allowed ? t().told.allowed : t().told.stopped);
