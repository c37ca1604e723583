import { locale } from './current.js';

/** Hours and minutes, as whoever reads is used to. @param at ms since the epoch */
export const timeOfDay = (at: number): string => new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(at);

/** @param at ms since the epoch */
export const dayAndTime = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
