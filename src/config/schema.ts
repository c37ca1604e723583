import { isIP } from 'node:net';
import { z } from 'zod';
import { MOST_FACES } from '../common/most-faces.js';
import { clusterOptions } from './cluster-options.js';
import { doorOptions } from './door-options.js';
import { engineOptions } from './engine-options.js';
import { flag, int, list, optionalText, share } from './fields.js';

const isMediaHost = (value: string) => value === 'auto' || value.split(',').every((part) => isIP(part.trim()) !== 0);

/**
 * Every option of the server: one schema for environment, file and flags. `meta` gives the sentence and the unit, from
 * which the table of docs/configuration.md and `--help` are generated. The key `httpPort` is the flag `--http-port`, the
 * environment variable `EMOSTREAM_HTTP_PORT` and the key `httpPort` of the configuration file.
 */
export const configSchema = z.strictObject({
  ...doorOptions,
  ...clusterOptions,

  rtcHost: z
    .string()
    .refine(isMediaHost, 'must be auto or IP addresses of this machine, comma-separated')
    .default('auto')
    .meta({
      description:
        'Local addresses for WebRTC media, which ICE and DTLS protect. `auto`: loopback and the machine’s own (Firefox takes no loopback).',
      unit: 'comma-separated',
    }),
  rtcAnnouncedAddress: optionalText(
    'The one address that browsers are told for media, where it differs from rtcHost (NAT, 0.0.0.0); with `auto`, media that come to any address are taken.',
  ),
  rtcPort: int(
    'First UDP and TCP port for WebRTC media; each mediasoup worker takes one. 0: any free ones from 20000 to 29999.',
    'port',
    0,
    0,
    65535,
  ),
  rtcTcp: flag(
    'Take media over TCP too, for networks without UDP. mediasoup sets no limit on silent TCP connections but that of open files; a packet filter may.',
    true,
  ),
  turnUrls: list('TURN servers that browsers may send media by: `turn:HOST:PORT?transport=udp`, `turns:…`.'),
  turnSecret: optionalText(
    'Secret that the TURN servers share with this one (coturn: static-auth-secret), by which each person gets a credential of their own.',
  ),
  turnTtl: int('How long such a credential is good: longer than calls are.', 'seconds', 43_200, 60, 604_800),
  rtcWorkers: int('mediasoup workers (processes). 0: one per two cores.', 'count', 0, 0, 256),
  maxBitrate: int('Highest incoming bitrate per participant.', 'bit/s', 1_500_000, 100_000, 50_000_000),

  maxPacketRate: int('Most RTP packets a participant may send.', 'packets/s', 1000, 100, 100_000),
  maxPixelRate: int(
    'Most pixels of a participant decoded per second; a sender beyond it is not analysed (faces), and told so.',
    'pixels/s',
    27_648_000,
    100_000,
    1_000_000_000,
  ),

  allowFace: flag('Policy: faces may be analysed, where their owner consents.', true),
  allowVoice: flag('Policy: voices may be analysed, where their owner consents.', true),
  allowWords: flag('Policy: words may be analysed, where their owner consents.', true),

  ...engineOptions,
  analysisProcesses: int(
    'Most processes that decode media and make features; one more waits to take the place of any. 0: one per core, 8 at most.',
    'count',
    0,
    0,
    64,
  ),

  faceCrops: int(
    'Pictures of the face judged per second at most, the best ones, every other one mirrored; each costs the engine about as much as all of the voice.',
    'pictures',
    2,
    1,
    4,
  ),
  maxFaces: int(
    'Faces followed and judged per camera at most. 1: the largest. More: each has its own id and result, by its face alone, and costs about as much as another person’s face.',
    'faces',
    1,
    1,
    MOST_FACES,
  ),
  speech: z.enum(['on', 'off']).default('on').meta({
    description:
      'Recognise the words of those who consent to voice and words, on this machine. `off`: words come from captions only.',
  }),
  speechModel: optionalText(
    'Folder of a speech model that sherpa-onnx loads, with its `speech-model.json`; Moonshine Tiny (English) if not given.',
  ),
  transcriber: optionalText(
    'Module (path or package) that recognises speech in place of sherpa-onnx; see src/streams/transcriber.ts.',
  ),

  voiceEncoder: z.enum(['auto', 'off']).default('auto').meta({
    description:
      'Have pretrained encoders hear voices, where they are installed and the model knows them; some 12 ms of a core per second of speech. `off`: log-mel alone.',
  }),

  allowedLateness: int(
    'How long after its end a window waits for late media before it closes. For what the server itself has not handled yet it waits two seconds.',
    'ms',
    150,
    0,
    5000,
  ),
  wordsRevisionHorizon: int('Words this late still revise the event of their window.', 'ms', 10_000, 0, 60_000),
  smoothing: int('Time constant of the smoothed scores.', 'ms', 2000, 0, 60_000),

  journalSize: int('Events kept per room for subscribers that resume.', 'events', 2000, 0, 1_000_000),
  journalBytes: int(
    'Bytes of events kept in all rooms together; at the bound the room with most of them loses its oldest.',
    'bytes',
    67_108_864,
    0,
    68_719_476_736,
  ),
  journalRetention: int(
    'How long a room’s events and numbering are kept after its last person left.',
    'seconds',
    60,
    0,
    86_400,
  ),
  seatHold: int(
    'How long events of a person whose connection was lost are kept for their return; who leaves is forgotten at once.',
    'seconds',
    30,
    0,
    3600,
  ),
  tokenGrace: int(
    'How long a seat that was taken with a good token is kept after the token’s end. Nothing is granted then but withdrawing consent.',
    'seconds',
    600,
    0,
    86_400,
  ),
  maxRooms: int('Most rooms at once.', 'rooms', 200, 1, 100_000),
  maxRoomsPerAddress: int(
    'Most rooms at once opened from one address (IPv6: one /64 network).',
    'rooms',
    100,
    1,
    100_000,
  ),
  maxConsumersPerWorker: int(
    'Most consumers that a media worker carries: who comes when its seats could need more is refused. N people in a room can need 2·N².',
    'consumers',
    1000,
    2,
    1_000_000,
  ),
  maxParticipantsPerRoom: int('Most participants in a room.', 'participants', 50, 1, 1000),
  maxSockets: int('Most WebSockets at once.', 'sockets', 2000, 1, 1_000_000),
  maxConnectionsPerAddress: int(
    'Most HTTP connections and WebSockets from one address (IPv6: one /64 network).',
    'connections',
    250,
    1,
    1_000_000,
  ),
  maxSocketsPerToken: int('Most WebSockets with one access token.', 'sockets', 32, 1, 1_000_000),
  maxSeatsPerToken: int(
    'Most seats in a room taken with one access token; a token with a subject has one seat anyway.',
    'seats',
    8,
    1,
    1000,
  ),
  maxSeatsPerAddress: int(
    'Most seats in all rooms taken from one address (IPv6: one /64 network).',
    'seats',
    100,
    1,
    1_000_000,
  ),
  trustedProxies: list(
    'Addresses of reverse proxies: the limits per address do not count against them, but against whom their X-Forwarded-For names.',
  ),
  maxMessageBytes: int('Longest WebSocket message accepted.', 'bytes', 262_144, 1024, 16_777_216),
  maxMessagesPerSecond: int(
    'Messages a socket may send per second, averaged over 10 seconds; beyond it, errors, then closing. One with many values counts as several.',
    'messages/s',
    50,
    1,
    10_000,
  ),
  maxBufferedBytes: int(
    'Unsent bytes a slow subscriber may have; past it its oldest events are conflated, at four times it is closed.',
    'bytes',
    1_048_576,
    65_536,
    1_073_741_824,
  ),
  maxBufferedBytesPerAddress: int(
    'Unsent bytes that all sockets of an address may have; past it those that read slowly are closed.',
    'bytes',
    33_554_432,
    65_536,
    1_073_741_824,
  ),
  heartbeat: int('Interval of WebSocket pings; two unanswered end the connection.', 'ms', 5000, 100, 60_000),

  emotionMetrics: flag(
    'Count analysed seconds by label over everybody, for Grafana. Names nobody, and never counts fewer than five people.',
    false,
  ),
  traceEndpoint: z
    .url({ protocol: /^https?$/, error: 'must be the http or https URL of an OTLP receiver' })
    .optional()
    .meta({
      description:
        'Where traces of windows go: an OTLP receiver over HTTP, such as http://127.0.0.1:4318/v1/traces. Without it nothing is traced.',
    }),
  traceShare: share('Share of the windows that are traced, where traceEndpoint is set.', 0.1),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta({ description: 'Least severe log level written.' }),
  recordings: optionalText(
    'Folder in which the server records the results of calls itself, where somebody with the grant `record` starts that: of those who agree, never media. Without it none.',
  ),
  recordingFileBytes: int('Size at which a recording’s file is put aside.', 'bytes', 67_108_864, 65_536, 4_294_967_296),
  recordingsMaxBytes: int(
    'Bytes of all recordings together; past it the oldest files are deleted.',
    'bytes',
    10_737_418_240,
    1_048_576,
    1_099_511_627_776,
  ),
  recordingsMaxAge: int('Recordings’ files that are older are deleted.', 'days', 30, 1, 3650),
  auditLog: optionalText(
    'File that gets one JSON line per change of consent and per join and leave (ids only). Without it they go to the log.',
  ),
});
export type Config = z.infer<typeof configSchema>;
