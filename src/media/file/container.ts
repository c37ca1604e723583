import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PKT_DATA_ENCRYPTION_INIT_INFO,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  FormatContext,
  type Stream,
} from 'node-av';
import '../codec-library.js';
import { EmostreamError } from '../../common/errors.js';
import { empty, encrypted, unreadable } from './problems.js';

/** AV_TIME_BASE: the unit of a container's own times, per ms. */
const UNITS_PER_MS = 1000;
const MOST_STREAMS = 64;
const SNIFFED_BYTES = 4096;
const ID3_HEADER_BYTES = 10;

/**
 * Files that name other files or addresses: FFmpeg would open what they name. A recording that somebody sent must make this machine
 * read nothing but itself.
 */
const POINTS_ELSEWHERE = /^\uFEFF?\s*(#EXTM3U|ffconcat|\[playlist\]|v=0\s|<[?!a-z]|\[Reference\])/i;
const FORMATS_ELSEWHERE = /^(hls|concat|concatf|dash|sdp|rtsp|imf|lavfi|tty|v4l2|x11grab|fbdev)\b/;

/** An opened recording, and what of it is analysed. */
export interface Container {
  readonly context: FormatContext;
  /** As FFmpeg names it. */
  readonly format: string;
  /** Null where the recording does not say. */
  readonly durationMs: number | null;
  /** When its first moment is, on its own clock, ms: players show that as 0. */
  readonly startMs: number;
  readonly video: Stream | null;
  readonly audio: Stream | null;
  close(): void;
}

/**
 * Opens a recording for reading one of its kinds of media, or both. Only the file itself is opened, whatever is in it.
 * @throws EmostreamError NOT_FOUND, MEDIA_EMPTY, MEDIA_CORRUPT, MEDIA_ENCRYPTED, UNSUPPORTED_MEDIA
 */
export function openContainer(path: string): Container {
  const name = basename(path);
  refuseWhatIsNone(path, name);
  const context = new FormatContext();
  context.allocContext();
  context.setOption('protocol_whitelist', 'file');
  context.setOption('max_streams', MOST_STREAMS);
  const opened = context.openInputSync(`file:${path}`);
  if (opened < 0) throw unreadable(name, new Error(`FFmpeg error ${String(opened)}`));
  try {
    const format = context.iformat?.name ?? '';
    if (FORMATS_ELSEWHERE.test(format)) throw elsewhere(name);
    const known = context.findStreamInfoSync();
    if (known < 0) throw unreadable(name, new Error(`FFmpeg error ${String(known)}`));
    const { video, audio } = chooseStreams(context);
    if (!video && !audio) throw empty(name, 'holds neither picture nor sound that this FFmpeg can decode');
    for (const stream of [video, audio]) if (stream && isEncrypted(stream)) throw encrypted(name);
    for (const stream of context.streams) {
      if (stream.index !== video?.index && stream.index !== audio?.index) stream.discard = AVDISCARD_ALL;
    }
    return {
      context,
      format,
      durationMs: msOf(context.duration),
      startMs: msOf(context.startTime) ?? 0,
      video,
      audio,
      close: () => context.closeInputSync(),
    };
  } catch (error) {
    context.closeInputSync();
    throw error;
  }
}

function refuseWhatIsNone(path: string, name: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new EmostreamError('NOT_FOUND', `There is no file ${path}.`);
  if (!stat.isFile()) throw new EmostreamError('UNSUPPORTED_MEDIA', `${name} is no file.`);
  if (stat.size === 0) throw empty(name, 'is empty');
  const start = Buffer.alloc(SNIFFED_BYTES);
  const file = openSync(path, 'r');
  try {
    let at = 0;
    let read = readSync(file, start, 0, SNIFFED_BYTES, at);
    // FFmpeg looks behind a tag of ID3v2 (https://id3.org/id3v2.4.0-structure, §3.1), whatever it finds there.
    while (read >= ID3_HEADER_BYTES && start.toString('latin1', 0, 3) === 'ID3') {
      at += id3Bytes(start);
      read = readSync(file, start, 0, SNIFFED_BYTES, at);
    }
    if (POINTS_ELSEWHERE.test(start.toString('utf8', 0, read))) throw elsewhere(name);
  } finally {
    closeSync(file);
  }
}

/** Of a tag, header and footer included: four times seven bits, and a flag. */
function id3Bytes(header: Buffer): number {
  const [flags, ...size] = header.subarray(5, ID3_HEADER_BYTES);
  const footer = flags! & 0x10 ? ID3_HEADER_BYTES : 0;
  return ID3_HEADER_BYTES + size.reduce((sum, part) => sum * 128 + (part & 0x7f), 0) + footer;
}

const elsewhere = (name: string): EmostreamError =>
  new EmostreamError(
    'UNSUPPORTED_MEDIA',
    `${name} is a list of other files or addresses, which are not opened: give the recording itself.`,
  );

const msOf = (time: bigint): number | null => (time === AV_NOPTS_VALUE ? null : Number(time) / UNITS_PER_MS);

/** The best of each kind, as players choose; the picture on a record's cover is no video. */
function chooseStreams(context: FormatContext): { video: Stream | null; audio: Stream | null } {
  const best = (type: typeof AVMEDIA_TYPE_VIDEO | typeof AVMEDIA_TYPE_AUDIO): Stream | null => {
    const { streamIndex } = context.findBestStream(type, -1, -1, true);
    return context.streams.find(({ index }) => index === streamIndex) ?? null;
  };
  const video = best(AVMEDIA_TYPE_VIDEO);
  const isCover = video?.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) === true;
  return { video: isCover ? null : video, audio: best(AVMEDIA_TYPE_AUDIO) };
}

/** Common encryption (ISO/IEC 23001-7) names its streams so, and carries what a key server would need. */
function isEncrypted({ codecpar }: Stream): boolean {
  const tag = codecpar.codecTagString ?? '';
  return /^enc[vast]$/.test(tag) || codecpar.getCodedSideData(AV_PKT_DATA_ENCRYPTION_INIT_INFO) !== null;
}
