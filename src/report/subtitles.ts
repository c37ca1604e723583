import { EMOTIONS } from '../common/emotions.js';
import type { ReportWords } from './report-data.js';
import type { Series } from './series.js';

/** WebVTT: what was said, with the emotion of the second in which it begins. @yields parts of the file */
export function* subtitleParts(series: Series, words: readonly ReportWords[]): Generator<string> {
  yield 'WEBVTT\n';
  const several = series.people.filter(({ face }) => face === null).length > 1;
  for (const { person, from, to, text } of words) {
    const { id = '', label, uncertain } = series.people[person] ?? {};
    const second = Math.floor(from);
    const index = label?.[second];
    const emotion = typeof index === 'number' ? `[${EMOTIONS[index]!}${uncertain?.[second] === 1 ? '?' : ''}] ` : '';
    const who = several ? `<v ${escaped(id)}>` : '';
    yield `\n${time(from)} --> ${time(Math.max(to, from + 0.001))}\n${who}${emotion}${escaped(text)}\n`;
  }
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // A line of its own could begin a caption of its own (WebVTT §4.1: CR ends a line, too).
    .replaceAll(/\s*[\r\n]\s*/g, ' ');

function time(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const whole = Math.floor(ms / 1000);
  const clock = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two).join(':');
  return `${clock}.${String(ms % 1000).padStart(3, '0')}`;
}
