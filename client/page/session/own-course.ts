import type { ReportData } from '../../../src/report/report-data.js';
import { reportOf } from '../../../src/report/report-of.js';
import { type ReportLanguage, reportPage } from '../../../src/report/report-page.js';
import { COLUMNS, tableLines, tableRows } from '../../../src/report/table.js';
import type { Conversation } from './conversation.js';

export interface OwnCourseOptions {
  conversation: Conversation;
  participant: string;
  /** What they call themselves: their id is of no use to them. */
  name: string;
  /** Of the server. */
  version: string;
  /** What the report is called. */
  title: string;
}

/** Less is nothing to sum up, s. */
const LEAST_SECONDS = 5;

/** One's own course, when the call is over: what is shown, and what may be saved of it. Of oneself alone. */
export class OwnCourse {
  readonly report: ReportData;
  readonly #rows: () => Generator<(string | number | null)[]>;
  readonly #lines: () => Generator<string>;

  /** @returns null: there is not enough of it */
  static of(options: OwnCourseOptions): OwnCourse | null {
    const series = options.conversation.seriesOf(options.participant);
    return (series?.seconds ?? 0) < LEAST_SECONDS ? null : new OwnCourse(options);
  }

  private constructor({ conversation, participant, name, title, version }: OwnCourseOptions) {
    const series = conversation.seriesOf(participant)!;
    const words = conversation.wordsOf(participant);
    for (const person of series.people) person.id = name;
    const about = { title, kind: 'call', media: null, notes: [], version } as const;
    this.report = reportOf(series, words, { ...about, notes: [] });
    this.#rows = () => tableRows(series, words);
    this.#lines = () => tableLines(series, words);
  }

  /** A table (RFC 4180), as `emostream analyze` writes it. */
  csv(): string {
    return [...this.#lines()].join('');
  }

  /** The same by name, with the summary, moments and words. */
  json(): string {
    const { title, startedAt, summary, moments, words, engine, model, version } = this.report;
    const seconds = [...this.#rows()].map((row) => Object.fromEntries(COLUMNS.map((column, at) => [column, row[at]])));
    const said = words.map(({ from, to, text }) => ({ from, to, text }));
    return JSON.stringify(
      { emostream: version, engine, model, title, startedAt, summary, moments, words: said, seconds },
      null,
      1,
    );
  }

  /** @param script the program of report pages. @param language of the page */
  html(script: string, language: ReportLanguage): string {
    return [...reportPage(this.report, script, language)].join('');
  }
}
