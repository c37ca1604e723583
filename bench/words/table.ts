import type { LiveReport } from './live.js';
import type { OfflineReport } from './offline.js';

export interface WordsReport {
  offline: Record<string, OfflineReport>;
  live: LiveReport | null;
}

const NAMES: Record<string, string> = {
  ravdess: 'RAVDESS, actors 01 to 20 (two sentences)',
  espeak: 'sentences of our own, by eSpeak NG',
};
/** What is aimed at: word error rates of RAVDESS, delays in ms, CPU ms of final words for a second of speech. */
const AIMS = { live: 0.05, offline: 0.04, p50: 1000, p90: 1500, final: 20 };

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const met = (isMet: boolean): string => (isMet ? 'met' : 'NOT met');

/** The report as Markdown, for the terminal and bench/RESULTS.md. */
export function wordsTable({ offline, live }: WordsReport): string {
  const rows: string[][] = [];
  for (const [way, corpora, aim] of [
    ['in a call', live?.corpora ?? {}, AIMS.live],
    ['offline', offline, AIMS.offline],
  ] as const) {
    for (const [corpus, { clips, words, errorRate, errors }] of Object.entries(corpora)) {
      const kinds = `${String(errors.substituted)} wrong, ${String(errors.missing)} missing, ${String(errors.added)} added`;
      const aimed = corpus === 'ravdess' ? `under ${percent(aim)}: ${met(errorRate < aim)}` : '';
      rows.push([
        `word error rate ${way}: ${NAMES[corpus] ?? corpus}`,
        `${percent(errorRate)} (${String(clips)} clips, ${String(words)} words: ${kinds})`,
        aimed,
      ]);
    }
  }
  if (live) {
    const { event, text } = live.delayMs;
    const delay = ({ p50, p90, p95 }: typeof event) => [p50, p90, p95].map((ms) => ms.toFixed(0)).join(' / ');
    const came = ({ came: number, words }: typeof event) => `${String(number)} of ${String(words)} words`;
    rows.push(
      [
        'from the end of a word to the first event that it is in, p50 / p90 / p95, ms',
        `${delay(event)} (${came(event)})`,
        `90 % within ${String(AIMS.p90)}, median under ${String(AIMS.p50)}: ${met(event.p90 <= AIMS.p90 && event.p50 < AIMS.p50)}`,
      ],
      ['to the first text that it is in (subtitles), p50 / p90 / p95, ms', `${delay(text)} (${came(text)})`, ''],
    );
    const { final, partial, silent } = live.cpuMsPerSecond;
    rows.push(
      [
        'CPU of final words, ms a second of speech',
        final.toFixed(1),
        `at most ${String(AIMS.final)}: ${met(final <= AIMS.final)}`,
      ],
      ['CPU of partial words, ms a second of speech', partial.toFixed(1), ''],
      [
        'sound that is recognised for it, s a second of speech: final / partial',
        `${live.soundPerSecond.final.toFixed(2)} / ${live.soundPerSecond.partial.toFixed(2)}`,
        '',
      ],
      ['CPU of recognition in silence, ms a second of a person', silent.toFixed(2), ''],
      [
        'people in the call, and the share of the time that each speaks',
        `${String(live.people)}, ${percent(live.speechShare)}`,
        '',
      ],
    );
    for (const [what, count] of Object.entries(live.dropped)) rows.push([`dropped: ${what}`, String(count), '']);
  }
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(['', 'measured', 'aim']), '|---|---|---|', ...rows.map(line)].join('\n');
}
