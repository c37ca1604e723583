import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ClientError, EmostreamClient, type Words } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { EmostreamError } from '../common/errors.js';
import { cutAfter, wholeLines } from '../files/line-file.js';
import { readEvent } from '../files/event-file.js';
import { RotatingFile } from '../server/recordings/rotating-file.js';
import { EXIT } from './exit-status.js';
import { accessTo, failInRoom } from './room-access.js';
import { formatMissed } from './watch.js';

interface RecordFlags {
  server: string;
  token?: string;
  out?: string;
  append?: boolean;
  rotate: number;
  onServer?: boolean;
  stop?: boolean;
}

const MEBIBYTE = 1_048_576;
const note = (line: string): boolean => process.stderr.write(`emostream: ${line}\n`);

/** `emostream record ROOM --out FILE`: the events of those who agree to it. */
export function recordCommand(): Command {
  return new Command('record')
    .description(
      'Record the results of a call, of those who agree: everybody in the room is told and asked. Never media; words where the token grants `transcript`, in words.jsonl beside it. Ends with Ctrl-C.',
    )
    .argument('<room>', 'name of the room')
    .option('--server <url>', 'address of the server', 'http://127.0.0.1:8080')
    .option(
      '--token <jwt>',
      'access token that grants `record`; better given as EMOSTREAM_TOKEN. Without one the server’s open door is asked',
    )
    .option('--out <file>', 'where the events go, one JSON line each')
    .option('--append', 'go on at the end of a file that is there')
    .option('--rotate <MiB>', 'size at which the file is put aside as NAME.1.jsonl, NAME.2.jsonl, …', mebibytes, 64)
    .option(
      '--on-server',
      'the server writes the recording itself (its option `recordings`), until --stop or the room is empty',
    )
    .option('--stop', 'with --on-server: end it')
    .action(async (room: string, flags: RecordFlags) => {
      try {
        await (flags.onServer ? onServer(room, flags) : record(room, flags));
      } catch (error) {
        failInRoom(error, room, 'record');
      }
    });
}

function clientFor(room: string, { server, token }: RecordFlags): EmostreamClient {
  return new EmostreamClient({ server, room, token: accessTo(server, room, token), socket: nodeSocket });
}

async function onServer(room: string, flags: RecordFlags): Promise<void> {
  const client = clientFor(room, flags);
  await client.connect();
  try {
    if (flags.stop) await client.request('stopRecording', { room });
    else {
      await client.request('startRecording', { room });
      note(
        `the server records room ${room}, of those who agree; end it with: emostream record ${room} --on-server --stop`,
      );
    }
  } finally {
    client.close();
  }
}

async function record(room: string, flags: RecordFlags): Promise<void> {
  if (flags.out === undefined) throw new EmostreamError('CONFIG_INVALID', 'say where to: --out FILE, or --on-server');
  const path = resolve(flags.out);
  let failed = false;
  const open = (file: string) => {
    if (flags.append) mend(file);
    return RotatingFile.open({
      path: file,
      maxBytes: flags.rotate * MEBIBYTE,
      append: flags.append ?? false,
      onLost: (lines, why) => {
        failed = true;
        note(`${lines} lines were lost: ${why}`);
      },
    });
  };
  const events = await open(path);
  let words: Promise<RotatingFile> | undefined;
  const client = clientFor(room, flags);
  let recorded = 0;
  client.on('event', (event) => {
    recorded += 1;
    events.append(JSON.stringify(event));
  });
  const saying = (line: Words) => {
    if (!line.final) return;
    words ??= open(join(dirname(path), 'words.jsonl'));
    words.then(
      (file) => file.append(JSON.stringify(line)),
      (error: unknown) => {
        if (!failed) note(`words are not recorded: ${(error as Error).message}`);
        failed = true;
      },
    );
  };
  let taken: ClientError | null = null;
  client.on('notification', (told) => {
    if (told.type === 'words') saying(told);
    else if (told.type === 'recording' && told.room === room && told.recording === null) {
      taken = new ClientError('WRONG_STATE', 'the same token records this room from another place by now');
      client.close();
    }
  });
  client.on('missed', (missed) => {
    // Those who do not agree leave holes that are none.
    if (missed.reason === 'slow-subscriber') note(formatMissed(missed));
  });
  const ended = new Promise<ClientError | null>((done) => {
    client.on('status', (status) => {
      if (status.state === 'closed') done(status.error);
      else if (status.state === 'waiting') {
        note(`${status.error.message}; next try in ${(status.retryInMs / 1000).toFixed(1)} s; everybody is asked anew`);
      }
    });
  });
  const stop = () => client.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let error: ClientError | null;
  try {
    await client.connect();
    await client.subscribe({ room, record: true });
    note(`recording room ${room}, of those who agree, to ${flags.out}; end with Ctrl-C`);
    error = (await ended) ?? taken;
  } finally {
    client.close();
    await events.close();
    await words?.then((file) => file.close()).catch(() => undefined);
  }
  if (error) throw error;
  note(`${recorded} events were recorded${recorded > 0 ? '' : ': nobody who agreed was judged meanwhile'}`);
  if (failed) process.exitCode = EXIT.partly;
}

/**
 * Makes a recording that was broken off fit to be gone on with: a torn last line goes.
 * @throws EmostreamError CONFIG_INVALID where the file is no recording
 */
function mend(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const [first] = wholeLines(path);
  const isOurs = first && (readEvent(first.line) !== null || first.line.startsWith('{"type":"words"'));
  if (!isOurs) throw new EmostreamError('CONFIG_INVALID', `${path} is no recording: it is not gone on with`);
  if (!endsWhole(path)) cutAfter(path, () => true);
}

function endsWhole(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(fd, last, 0, 1, fstatSync(fd).size - 1);
    return last.toString() === '\n';
  } finally {
    closeSync(fd);
  }
}

function mebibytes(text: string): number {
  const value = Number(text);
  if (!(value >= 0.01 && value <= 4096)) throw new InvalidArgumentError('0.01 to 4096 MiB.');
  return value;
}
