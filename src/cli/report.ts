import { mkdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { exitStatusOf } from './exit-status.js';

interface ReportFlags {
  out?: string;
  media?: string;
  title?: string;
}

/** `emostream report events.jsonl`: the report of events that are there. */
export function reportCommand(): Command {
  return new Command('report')
    .description(
      'Make the report, the table, the summary and the subtitles of an events.jsonl, of a recording or of a call.',
    )
    .argument('<events>', 'the file; words.jsonl beside it is read too')
    .option('--out <folder>', 'where the results go (default: beside it)')
    .option('--media <file>', 'the video or sound that they are of, to be played in the report')
    .option('--title <text>', 'heading (default: the name of the folder)')
    .action(async (events: string, flags: ReportFlags) => {
      try {
        await report(resolve(events), flags);
      } catch (error) {
        const { code, message } = toEmostreamError(error);
        process.stderr.write(`emostream: ${message} [${code}]\n`);
        process.exitCode = exitStatusOf(code);
      }
    });
}

async function report(events: string, { out, media, title }: ReportFlags): Promise<void> {
  if (!existsSync(events)) throw new EmostreamError('NOT_FOUND', `There is no file ${events}.`);
  const { writeResults } = await import('../files/write-results.js');
  const folder = resolve(out ?? dirname(events));
  mkdirSync(folder, { recursive: true });
  writeResults(events, folder, {
    title: title ?? (media ? basename(media) : basename(dirname(events)).replace(/\.emostream$/, '')),
    kind: media ? (/\.(wav|mp3|flac|ogg|opus|m4a|aac)$/i.test(media) ? 'audio' : 'video') : 'call',
    media: media ? relative(folder, resolve(media)) : null,
    durationMs: null,
    problems: [],
  });
  console.log(join(relative('', folder), 'report.html'));
}
