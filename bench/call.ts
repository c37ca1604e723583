import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadConfig } from '../src/config/load.js';
import { createLogger } from '../src/telemetry/logger.js';
import { type CallReport, runCall } from './call-run.js';
import { measured } from './support/measured.js';
import { table } from './support/statistics.js';

/**
 * `npm run bench:call`: N synthetic participants send real RTP into the real server (mediasoup worker, taps, analysis
 * thread, engine, WebSocket), and a subscriber measures what comes out. Prints a table, and JSON on request.
 */
const program = new Command('bench:call')
  .option('-n, --participants <count>', 'synthetic participants', '20')
  .option('-s, --seconds <seconds>', 'measured time', '60')
  .option('-r, --rooms <count>', 'rooms that they are spread over', '4')
  .option('--captions <seconds>', 'each participant says a caption every so many seconds; 0: never', '5')
  .option('--seeing', 'everybody also receives everybody else of their room, as in a call', false)
  .option('--engine <name>', 'inference engine; as configured if not given')
  .option('--speech <on|off>', 'whether words are recognised in the voices; as configured if not given')
  .option('--voice-encoder <auto|off>', 'whether pretrained encoders hear the voices; as configured if not given')
  .option(
    '--speaking <share>',
    'people speak in turn, each for this share of the time: with 0.25, 5 of 20 at once; as recorded if not given',
  )
  .option('--json <file>', 'write the figures as JSON; "-" prints them');

interface Options {
  participants: string;
  seconds: string;
  rooms: string;
  captions: string;
  seeing: boolean;
  engine?: string;
  speech?: string;
  voiceEncoder?: string;
  speaking?: string;
  json?: string;
}

program.parse();
const options = program.opts<Options>();
const { engine, speech, voiceEncoder } = options;
const flags = {
  httpPort: 0,
  ...(engine && { engine }),
  ...(speech && { speech }),
  ...(voiceEncoder && { voiceEncoder }),
};
const config = loadConfig({ env: process.env, flags });
const report = await runCall(
  {
    participants: Number(options.participants),
    seconds: Number(options.seconds),
    rooms: Math.min(Number(options.rooms), Number(options.participants)),
    captionEverySeconds: Number(options.captions),
    seeing: options.seeing,
    ...(options.speaking !== undefined && { speakingShare: Number(options.speaking) }),
  },
  config,
  createLogger('error'),
);
const full = {
  benchmark: 'call',
  ...measured('bench:call'),
  ...report,
};
console.log(print(report));
if (options.json === '-') console.log(JSON.stringify(full, null, 2));
else if (options.json) writeFileSync(options.json, `${JSON.stringify(full, null, 2)}\n`);
process.exitCode = report.events.missing > 0 ? 1 : 0;
setTimeout(() => process.exit(), 1000).unref();

function print(result: CallReport): string {
  const { events, delayMs, cpu, memory } = result;
  const rows: [string, string | number][] = [
    ['participants', result.participants],
    ['tracks received by others', result.consumers],
    ['measured time, s', result.seconds],
    ['engine', result.engine],
    ['words recognised in voices', result.speech],
    ['voices encoded', result.voiceEncoder],
    ['each speaks for this share of the time', result.speakingShare ?? 'as recorded'],
    ['events expected', events.expected],
    ['events received', events.received],
    ['events per second', events.perSecond],
    ['revisions (late words)', events.revisions],
    ['missing events', events.missing],
    ['gaps told', events.gaps],
    ['late events (over 1 s)', events.late],
    [
      'with a face / a voice / words, %',
      [events.face, events.voice, events.words].map((share) => (100 * share).toFixed(0)).join(' / '),
    ],
    ['beyond the window’s end p50, ms', delayMs.p50],
    ['beyond the window’s end p95, ms', delayMs.p95],
    ['beyond the window’s end p99, ms', delayMs.p99],
    ...Object.entries(result.partsMs).map(([part, { p50, p95 }]): [string, string] => [
      `  of it ${part}, p50 / p95, ms`,
      `${p50.toFixed(0)} / ${p95.toFixed(0)}`,
    ]),
    ['pictures looked at, per participant and second', result.picturesPerSecond],
    ...Object.entries(result.gaveWay).map(([what, count]): [string, number] => [`gave way: ${what}`, count]),
    ['peak memory of all processes, MiB', memory.peakMiB],
    ...Object.entries(memory.peakPartsMiB).map(([part, mib]): [string, number] => [`  of it ${part}, MiB`, mib]),
    ['cores used in all', cpu.cores],
    ...Object.entries(cpu.perParticipantSecond).map(([name, value]): [string, number] => [
      `CPU ms per participant-second: ${name}`,
      1000 * value,
    ]),
  ];
  return table(rows);
}
