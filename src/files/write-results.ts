import { closeSync, constants, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import type { PersonSummary, ReportData, ReportWords } from '../report/report-data.js';
import { packageVersion } from '../common/version.js';
import { eventsOf } from './event-file.js';
import { openToWrite } from './line-file.js';
import { reportOf } from '../report/report-of.js';
import { reportPage } from '../report/report-page.js';
import { reportScript } from './report-script.js';
import { Series } from '../report/series.js';
import { subtitleParts } from '../report/subtitles.js';
import { tableLines } from '../report/table.js';
import { wordsOf } from './word-file.js';

/** What is known of where events come from. */
export interface Origin {
  title: string;
  kind: ReportData['kind'];
  /** Of the video or sound, from the folder of the report; null: none. */
  media: string | null;
  /** Of the recording, ms; null: not known. */
  durationMs: number | null;
  /** What was wrong, by stable name, and in a sentence. */
  problems: { code: string; text: string }[];
}

export interface Results {
  summary: PersonSummary[];
  seconds: number;
  files: string[];
}

/**
 * Events, and the words beside them → table, summary, subtitles and report, in a folder. Each file is there whole or not at all.
 * @throws EmostreamError UNSUPPORTED_MEDIA when there are no events
 */
export function writeResults(events: string, folder: string, origin: Origin): Results {
  const series = new Series();
  let bad = 0;
  for (const event of eventsOf(events, () => (bad += 1))) series.add(event);
  if (series.people.length === 0 && bad > 0) {
    throw new EmostreamError('UNSUPPORTED_MEDIA', `${events} holds no events: a line of it is one event as JSON.`);
  }
  const words = readWordsOf(join(dirname(events), 'words.jsonl'), series);
  const { seconds, engine, model, isWhole } = series;
  const problems = isWhole || origin.kind === 'call' ? origin.problems : [...origin.problems, UNFINISHED];
  const about = { title: origin.title, kind: origin.kind, durationMs: origin.durationMs, complete: isWhole };
  const written = (name: string, parts: Iterable<string>): string => {
    writeWhole(join(folder, name), parts);
    return name;
  };
  const version = packageVersion();
  const data = reportOf(series, words, {
    ...{ title: origin.title, kind: origin.kind, media: origin.media, version },
    notes: problems.map(({ text }) => text),
  });
  const { summary, moments } = data;
  const script = reportScript();
  const facts = { emostream: version, engine, model, ...about, problems, seconds, people: summary, moments };
  return {
    summary,
    seconds,
    files: [
      written('events.csv', tableLines(series, words)),
      written('summary.json', [`${JSON.stringify(facts, null, 2)}\n`]),
      written('subtitles.vtt', subtitleParts(series, words)),
      written('report.html', reportPage(data, script)),
    ],
  };
}

const UNFINISHED = {
  code: 'unfinished',
  text: 'The analysis did not come to the end: --resume goes on with it.',
};

function readWordsOf(path: string, { people, originMs }: Series): ReportWords[] {
  const from = originMs ?? 0;
  const seconds = (ms: number): number => Math.round(ms - from) / 1000;
  return wordsOf(path)
    .map(({ participant, startMs, endMs, text }) => ({
      person: people.findIndex(({ id }) => id === participant),
      ...{ from: seconds(startMs), to: seconds(endMs), text },
    }))
    .filter(({ person }) => person >= 0)
    .sort((a, b) => a.from - b.from);
}

function writeWhole(path: string, parts: Iterable<string>): void {
  const unfinished = `${path}.part`;
  const fd = openToWrite(unfinished, constants.O_TRUNC);
  try {
    for (const part of parts) {
      const bytes = Buffer.from(part);
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    }
  } finally {
    closeSync(fd);
  }
  renameSync(unfinished, path);
}
