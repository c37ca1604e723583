import { Command, InvalidArgumentError } from 'commander';
import {
  ClientError,
  EmotionFeed,
  type EmotionEvent,
  type Missed,
  MODALITIES,
  type Modality,
  type RoomEvent,
} from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { accessTo } from './room-access.js';

interface WatchOptions {
  server: string;
  token?: string;
  since?: number;
  epoch?: string;
  json?: boolean;
}

const PARTICIPANT_WIDTH = 12;

/** `emostream watch ROOM`: the events of a room as they come, one line each. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('Print the emotion events of a room as they come, one line each.')
    .argument('<room>', 'name of the room')
    .option('--server <url>', 'address of the server', 'http://127.0.0.1:8080')
    .option(
      '--token <jwt>',
      'access token; better given as EMOSTREAM_TOKEN. Without one the server’s open door is asked',
    )
    .option('--since <seq>', 'begin after this event, as far as the server still holds what follows', sequenceNumber)
    .option('--epoch <name>', 'the numbering that --since is of: `epoch` of that event')
    .option('--json', 'print each event as one line of JSON')
    .action(watch);
}

function sequenceNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a sequence number, 0 or more.');
  return Number(text);
}

async function watch(room: string, options: WatchOptions): Promise<void> {
  const { server } = options;
  const token = accessTo(server, room, options.token);
  const feed = new EmotionFeed({ server, room, token, socket: nodeSocket });
  // Results go to standard output, everything about the connection to standard error: a pipe gets events alone.
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const note = (line: string) => process.stderr.write(`emostream: ${line}\n`);

  feed.on('event', (event) => print(options.json ? JSON.stringify(event) : formatEvent(event)));
  feed.on('missed', (missed) => note(formatMissed(missed)));
  feed.on('invalid', (error) => note(error.message));
  const ended = new Promise<ClientError | null>((resolve) => {
    let lost = false;
    feed.on('status', (status) => {
      if (status.state === 'waiting') {
        lost = true;
        note(`${status.error.message}; next try in ${(status.retryInMs / 1000).toFixed(1)} s`);
      } else if (status.state === 'open' && lost) {
        lost = false;
        note('connected again');
      } else if (status.state === 'closed') resolve(status.error);
    });
  });
  const stop = () => feed.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // The reader of a pipe has gone (`| head`).
  process.stdout.once('error', stop);

  try {
    await feed.start(options.since === undefined ? undefined : { sinceSeq: options.since, epoch: options.epoch });
    if (!options.json) note(`watching room ${room} on ${server}; end with Ctrl-C`);
  } catch (error) {
    fail(error, room);
    return;
  }
  const error = await ended;
  if (error) fail(error, room);
}

function fail(error: unknown, room: string): void {
  const { code, message } = error instanceof ClientError ? error : new ClientError('INTERNAL', String(error));
  const advice = `; a token is made by: emostream token --room ${room} --subscribe`;
  const hints: Partial<Record<ClientError['code'], string>> = {
    FORBIDDEN: advice,
    UNAUTHENTICATED: advice,
  };
  process.stderr.write(`emostream: ${message}${hints[code] ?? ''} [${code}]\n`);
  process.exitCode = 1;
}

const REASONS: Record<string, string> = {
  expired: 'the server keeps only the newest',
  forgotten: 'whoever they are about withdrew consent or left',
  lost: 'the node of the room could not send them on',
  'slow-subscriber': 'this program read too slowly',
  'other-epoch': 'the room, or the server, began anew',
  hole: 'the server did not say why',
};

export function formatMissed({ fromSeq, toSeq, reason }: Missed): string {
  const which =
    toSeq === null
      ? `events from ${fromSeq} on`
      : toSeq === fromSeq
        ? `event ${fromSeq}`
        : `events ${fromSeq} to ${toSeq}`;
  return `missing: ${which} (${REASONS[reason] ?? reason})`;
}

/** One event as a line of aligned columns: time, participant, label, confidence, valence, arousal, modalities, delay. */
export function formatEvent(event: RoomEvent): string {
  const at = 'window' in event ? event.window.start : event.at;
  const time = new Date(at).toISOString().slice(11, 19);
  const who =
    event.participant.length > PARTICIPANT_WIDTH
      ? `${event.participant.slice(0, PARTICIPANT_WIDTH - 1)}…`
      : event.participant.padEnd(PARTICIPANT_WIDTH);
  return `${time}  ${who}  ${describe(event)}`;
}

function describe(event: RoomEvent): string {
  switch (event.type) {
    case 'begin':
      return `analysis begins: ${MODALITIES.filter((modality) => event.analysed[modality]).join(', ')}`;
    case 'end':
      return `analysis ends: ${event.reason}`;
    case 'gap':
      return `no result: ${event.reason}`;
    case 'media':
      return `${event.source}: ${event.problem ?? 'media come again'}`;
    case 'emotion':
      return describeEmotion(event);
  }
}

function describeEmotion(event: EmotionEvent): string {
  const label = event.label === null ? '–' : event.uncertain ? `${event.label}?` : event.label;
  const confidence = event.label === null ? '' : percent(event.confidence);
  const modalities = MODALITIES.map((modality) => `${modality} ${describeModality(event, modality)}`).join('  ');
  const columns = [
    label.padEnd(10),
    confidence.padStart(5),
    `valence ${signed(event.valence)}`,
    `arousal ${signed(event.arousal)}`,
    modalities,
    `${Math.round(event.latency.total)} ms`.padStart(7),
  ];
  return columns.join('  ') + describeFaces(event) + (event.revision > 0 ? `  revision ${event.revision}` : '');
}

/** The faces beside the main one, each with its id. */
function describeFaces({ faces = [] }: EmotionEvent): string {
  const others = faces.filter(({ judged }) => !judged);
  return others
    .map(({ id, label, uncertain }) => `  face ${id} ${label ?? '–'}${label && uncertain ? '?' : ''}`)
    .join('');
}

function describeModality(event: EmotionEvent, modality: Modality): string {
  const { state, present, weight } = event[modality];
  return (present ? percent(weight) : state === 'live' ? 'absent' : state).padEnd(7);
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const signed = (value: number | null): string =>
  value === null ? '    –' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
