import { existsSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { EMOTIONS } from '../common/emotions.js';
import { MOST_FACES } from '../common/most-faces.js';
import type { PersonSummary } from '../report/report-data.js';
import { loadConfig } from '../config/load.js';
import type { Analysed } from '../files/analyse-file.js';
import type { Caption } from '../files/messages.js';
import type { Judge } from '../files/open-judge.js';
import { EXIT, type ExitStatus, exitStatusOf, worstOf } from './exit-status.js';
import { clockTime, ProgressBar } from './progress-bar.js';

interface AnalyzeFlags {
  captions?: string;
  out?: string;
  resume?: boolean;
  overwrite?: boolean;
  engine?: string;
  model?: string;
  speech?: string;
  faces?: 'largest' | 'all';
}

/** What is written; none of it takes the place of what is there without a word. */
const RESULTS = ['events.jsonl', 'words.jsonl', 'events.csv', 'summary.json', 'subtitles.vtt', 'report.html'];

/** `emostream analyze FILE…`: recordings in, events and a report out. */
export function analyzeCommand(): Command {
  return new Command('analyze')
    .description(
      'Analyse recordings as a call would be: video, sound, or a folder of pictures; whatever FFmpeg reads. Writes events.jsonl, ' +
        'events.csv, words.jsonl, subtitles.vtt, summary.json and report.html.',
    )
    .argument('<files...>', 'recordings, or folders of pictures')
    .option(
      '--captions <file>',
      'what is said, as WebVTT or SubRip: takes the place of recognising it; of one recording',
    )
    .option(
      '--out <folder>',
      'where the results go (default: NAME.emostream in the present folder; of several files a folder each in it)',
    )
    .option('--resume', 'go on with an analysis that was broken off')
    .option('--overwrite', 'results that are there already make room')
    .option(
      '--engine <name>',
      'what the network runs on (default: as the server, EMOSTREAM_ENGINE or the best there is)',
    )
    .option('--model <folder>', 'another model than the shipped one')
    .addOption(
      new Option(
        '--faces <which>',
        'faces that are judged: the largest, or all, each with an id of its own (default: as the server, EMOSTREAM_MAX_FACES or the largest)',
      ).choices(['largest', 'all']),
    )
    .addOption(new Option('--speech <state>', 'whether words are recognised').choices(['on', 'off']))
    .action(async (files: string[], flags: AnalyzeFlags) => {
      process.exitCode = await analyze(files, flags);
    });
}

async function analyze(files: readonly string[], flags: AnalyzeFlags): Promise<ExitStatus> {
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    const outputs = files.map((file) => ({ file, out: outOf(file, flags.out, files.length > 1) }));
    const captions = await captionsOf(files, flags.captions);
    refuseOneForTwo(outputs);
    for (const each of outputs) refuseWhatIsThere(each.out, flags);
    for (const { file } of outputs)
      if (!existsSync(file)) throw new EmostreamError('NOT_FOUND', `There is no file ${file}.`);
    // Not after an hour of work.
    (await import('../files/report-script.js')).reportScript();
    const { openJudge } = await import('../files/open-judge.js');
    const { engine, model, speech, faces } = flags;
    const maxFaces = faces && (faces === 'all' ? MOST_FACES : 1);
    const config = loadConfig({ env: process.env, flags: { engine, model, speech, maxFaces } });
    const judge = await openJudge(config, (file) => note(`${file} is not what was installed, and is not used`));
    if (judge.hearing.speech.state === 'missing' && !captions) {
      note('no speech model: words are not recognised (`npx emostream speech install` brings it)');
    }
    const statuses: ExitStatus[] = [];
    try {
      for (const { file, out } of outputs) {
        if (interrupt.signal.aborted) break;
        const one = { file, out, captions, resume: flags.resume === true, smoothingMs: config.smoothing };
        statuses.push(await analyzeOne(one, judge, interrupt.signal));
      }
    } finally {
      await judge.engine.dispose();
    }
    return interrupt.signal.aborted ? EXIT.interrupted : worstOf(statuses);
  } catch (error) {
    return told(error);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

interface One {
  file: string;
  out: string;
  captions: Caption[] | null;
  resume: boolean;
  smoothingMs: number;
}

async function analyzeOne({ file, out, ...options }: One, judge: Judge, signal: AbortSignal): Promise<ExitStatus> {
  const { analyseFile, EVENTS_FILE } = await import('../files/analyse-file.js');
  const { writeResults } = await import('../files/write-results.js');
  const { sayProblems } = await import('../files/say-problems.js');
  const name = basename(file);
  const bar = new ProgressBar();
  let durationSeconds: number | null = null;
  let first: { seconds: number; atMs: number } | null = null;
  const beganMs = performance.now();
  try {
    const analysed = await analyseFile({
      ...{ path: resolve(file), out, ...options, signal },
      ...{ engine: judge.engine, identity: judge.identity, settings: judge.settings },
      onOpened: (info) => (durationSeconds = info.durationMs === null ? null : info.durationMs / 1000),
      onProgress: (seconds) => {
        first ??= { seconds, atMs: beganMs };
        const sinceSeconds = seconds - first.seconds;
        bar.show({ name, seconds, durationSeconds, sinceSeconds, elapsedMs: performance.now() - first.atMs });
      },
    });
    bar.clear();
    const problems = sayProblems(analysed);
    if (analysed.seconds > 0) {
      const { summary } = writeResults(join(out, EVENTS_FILE), out, {
        ...{ title: name, kind: kindOf(file, analysed), problems },
        media: kindOf(file, analysed) === 'pictures' ? null : relative(out, resolve(file)),
        durationMs: analysed.durationMs,
      });
      say(name, analysed, summary, performance.now() - beganMs, out);
    }
    if (analysed.seconds > 0) for (const { text } of problems) note(`${name}: ${text}`);
    return statusOf(analysed);
  } catch (error) {
    bar.clear();
    return told(error);
  }
}

function statusOf({ failure, seconds, problems }: Analysed): ExitStatus {
  if (failure === 'interrupted') return EXIT.interrupted;
  if (failure) {
    if (seconds === 0) note(`${failure.message} [${failure.code}]`);
    // What came before is there.
    return seconds > 0 && exitStatusOf(failure.code) === EXIT.unreadable ? EXIT.partly : exitStatusOf(failure.code);
  }
  return problems.includes('truncated') || problems.includes('damaged') ? EXIT.partly : EXIT.done;
}

function kindOf(file: string, { info }: Analysed): 'video' | 'audio' | 'pictures' {
  if (info?.format === 'pictures') return 'pictures';
  if (info) return info.hasVideo ? 'video' : 'audio';
  return /\.(wav|mp3|flac|ogg|opus|m4a|aac|wma)$/i.test(file) ? 'audio' : 'video';
}

function outOf(file: string, out: string | undefined, isOfSeveral: boolean): string {
  const plain = basename(resolve(file), extname(file));
  // Of "...mp4" it would be the folder above.
  const name = /^\.+$/.test(plain) ? 'recording' : plain;
  if (out === undefined) return resolve(`${name}.emostream`);
  return isOfSeveral ? resolve(out, name) : resolve(out);
}

/** Of recordings of one name the last would take the others' place. */
function refuseOneForTwo(outputs: readonly { file: string; out: string }[]): void {
  const files = new Map<string, string>();
  for (const { file, out } of outputs) {
    const other = files.get(out);
    if (other !== undefined) {
      const message = `${other} and ${file} have one name, and both results would be in ${out}: analyse them one by one, with --out.`;
      throw new EmostreamError('CONFIG_INVALID', message);
    }
    files.set(out, file);
  }
}

function refuseWhatIsThere(out: string, { resume, overwrite }: AnalyzeFlags): void {
  if (resume || overwrite) return;
  const there = RESULTS.find((name) => existsSync(join(out, name)));
  if (there === undefined) return;
  const message = `${out} has results already (${there}): --resume goes on with them, --overwrite begins anew, --out names another folder.`;
  throw new EmostreamError('CONFIG_INVALID', message);
}

async function captionsOf(files: readonly string[], path: string | undefined): Promise<Caption[] | null> {
  if (path === undefined) return null;
  if (files.length > 1) throw new EmostreamError('CONFIG_INVALID', '--captions is of one recording: give one.');
  return (await import('../files/captions.js')).readCaptions(path);
}

function say(name: string, { seconds }: Analysed, summary: PersonSummary[], tookMs: number, out: string): void {
  const speed = tookMs > 0 ? ` (${(seconds / (tookMs / 1000)).toFixed(1)} × real time)` : '';
  console.log(`${name}: ${clockTime(seconds)} in ${clockTime(tookMs / 1000)}${speed}`);
  for (const { face, share, none, uncertain } of summary) {
    const shares = EMOTIONS.filter((emotion) => share[emotion] > 0)
      .sort((a, b) => share[b] - share[a])
      .map((emotion) => `${emotion} ${percent(share[emotion])}`);
    if (none > 0) shares.push(`nothing to judge by ${percent(none)}`);
    const who = face === null ? '' : `face ${face}: `;
    console.log(`  ${who}${shares.join(', ')}; ${percent(uncertain)} of the labels are guesses`);
  }
  console.log(`  ${join(relative('', out), 'report.html')}`);
}

const percent = (share: number): string => `${String(Math.round(100 * share))} %`;
const note = (text: string): void => void process.stderr.write(`emostream: ${text}\n`);

function told(error: unknown): ExitStatus {
  const { code, message } = toEmostreamError(error);
  note(`${message} [${code}]`);
  return exitStatusOf(code);
}
