import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import WebSocket from 'ws';
import { type App, startApp } from '../src/cli/app.js';
import { systemClock } from '../src/common/clock.js';
import type { Config } from '../src/config/schema.js';
import type { EmotionEvent, RoomEvent } from '../src/events/schema.js';
import { MEDIA_CODECS, TapTransports } from '../src/sfu/index.js';
import { TOKEN_PATH, WS_PATH } from '../src/server/protocol.js';
import { callRecording, inTurn } from './support/call-recording.js';
import { countGivenUp } from './support/gave-way.js';
import { SyntheticParticipant } from './support/synthetic-participant.js';
import { memoryOf, type ProcessUsage, processTree } from './support/process-tree.js';
import { pumpSeconds } from './support/shared-timer.js';
import { quantile } from './support/statistics.js';

export interface CallPlan {
  participants: number;
  seconds: number;
  rooms: number;
  captionEverySeconds: number;
  /** People speak in turn, each for this share of the time; as the recording has it if not given. */
  speakingShare?: number;
  /** Everybody also receives everybody else of their room. */
  seeing: boolean;
}

export interface CallReport {
  participants: number;
  rooms: number;
  /** Tracks that people of the same room receive of each other. */
  consumers: number;
  seconds: number;
  engine: string;
  /** Whether words were recognised, and for which share of the time each person spoke; null: as recorded. */
  speech: string;
  voiceEncoder: string;
  speakingShare: number | null;
  events: {
    expected: number;
    received: number;
    perSecond: number;
    /** Windows without an event, or with one that lacks the face that the recording always has. */
    missing: number;
    late: number;
    gaps: number;
    revisions: number;
    /** Shares of the events with each modality present. */
    face: number;
    voice: number;
    words: number;
  };
  /** From a window's end, in media time, to the arrival of its event at the subscriber. */
  delayMs: { p50: number; p95: number; p99: number };
  /** By part of the way, from the events' own latency fields. */
  partsMs: Record<string, { p50: number; p95: number }>;
  cpu: { cores: number; perParticipantSecond: Record<string, number> };
  /** All processes together and by part; a page that several hold counts once (PSS). */
  memory: { peakMiB: number; peakPartsMiB: Record<string, number> };
  /** Pictures looked at per participant and second. */
  picturesPerSecond: number;
  /** What gave way for want of time since the server began, warming up included, by the product's own counters. */
  gaveWay: Record<string, number>;
}

export interface Person {
  room: string;
  producers: types.Producer[];
  close(): void;
}

/** The port of the discard protocol (RFC 863), which hardly any machine serves. */
const NOBODY = 9;

export interface Received {
  event: RoomEvent;
  atMs: number;
}

/** Everything settles in this time: clocks have their reports, the code is compiled, faces are found. */
const WARM_UP_MS = 8000;
const LATE_MS = 1000;
const SENTENCES = [
  'I am so happy that this works',
  'why would you do that to me',
  'this is the report',
  'oh no, look out!',
];

export async function runCall(plan: CallPlan, config: Config, logger: Logger): Promise<CallReport> {
  const app = await startApp(config, logger);
  const worker = app.server.pool.workers[0]?.worker;
  if (!worker) throw new Error('no mediasoup worker is running');
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const received: Received[] = [];
  const sockets = await subscribe(app, plan, received);
  const people = await join(app, plan, router);
  const consumers = plan.seeing ? await seeEachOther(people, router) : 0;
  const memory = watchMemory();
  await delay(WARM_UP_MS);

  const before = { cpu: await cpuByPart(app), tree: processTree(), pump: pumpSeconds() };
  const from = Math.ceil(systemClock() / 1000) * 1000;
  await delay(from + plan.seconds * 1000 - systemClock());
  const to = from + plan.seconds * 1000;
  const after = { cpu: await cpuByPart(app), tree: processTree(), pump: pumpSeconds() };
  // The last windows end up to a second later; their events, and whatever comes late, are waited for.
  await delay(1000 + 2 * LATE_MS);
  const gaveWay = await countGivenUp(app.meter);

  memory.stop();
  for (const person of people) person.close();
  for (const socket of sockets) socket.terminate();
  router.close();
  await app.close();

  const inTime = received.filter(
    ({ event }) => 'window' in event && event.window.start >= from && event.window.start < to,
  );
  const person = plan.participants * plan.seconds;
  const cpu = cpuReport(before, after, person);
  return {
    participants: plan.participants,
    rooms: plan.rooms,
    consumers,
    seconds: plan.seconds,
    engine: `${app.engine.name}, ${app.engine.model}`,
    speech: app.speech.state,
    voiceEncoder: app.voiceEncoder,
    speakingShare: plan.speakingShare ?? null,
    ...eventReport(inTime, plan),
    cpu: { cores: cpu.total / plan.seconds, perParticipantSecond: cpu.parts },
    memory: memory.peaks(),
    picturesPerSecond: ((after.cpu[PICTURES] ?? 0) - (before.cpu[PICTURES] ?? 0)) / person,
    gaveWay,
  };
}

/** A socket per room, as an overlay would have; nothing but the arrival is noted. */
export async function subscribe(app: App, plan: CallPlan, received: Received[]): Promise<WebSocket[]> {
  const open = async (index: number) => {
    const answer = await fetch(`${app.server.url}${TOKEN_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room: roomName(index) }),
    });
    const { token } = (await answer.json()) as { token: string };
    const socket = new WebSocket(`${app.server.url.replace('http', 'ws')}${WS_PATH}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (data: Buffer) => {
      received.push({ event: JSON.parse(data.toString()) as RoomEvent, atMs: systemClock() });
    });
    socket.send(JSON.stringify({ type: 'subscribe', id: 1 }));
    return socket;
  };
  return Promise.all(Array.from({ length: plan.rooms }, (_, index) => open(index)));
}

const roomName = (index: number) => `bench-${String(index)}`;

/** They start spread over a second, as people's clocks are. */
export async function join(app: App, plan: CallPlan, router: types.Router): Promise<Person[]> {
  const recording = callRecording();
  const hears = app.speech.state === 'on';
  const taps = new TapTransports(router);
  const people: Person[] = [];
  for (let i = 0; i < plan.participants; i++) {
    const person = await SyntheticParticipant.create({
      ...app,
      router,
      taps,
      recording: plan.speakingShare ? inTurn(recording, plan.speakingShare, i / plan.participants) : recording,
      seed: i + 1,
      room: roomName(i % plan.rooms),
      participant: `person-${String(i)}`,
      consent: { face: true, voice: true, words: hears || plan.captionEverySeconds > 0 },
    });
    person.peer.start();
    const captions = speakCaptions(person, plan, i);
    people.push({
      room: roomName(i % plan.rooms),
      producers: [person.peer.videoProducer, person.peer.audioProducer].filter((producer) => producer !== null),
      close: () => {
        clearInterval(captions);
        person.close();
      },
    });
    await delay(1000 / plan.participants);
  }
  return people;
}

/** Forwarded to where nobody listens: what the server pays is the sending. @returns how many tracks are received */
async function seeEachOther(people: readonly Person[], router: types.Router): Promise<number> {
  let consumers = 0;
  for (const person of people) {
    const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' } });
    await transport.connect({ ip: '127.0.0.1', port: NOBODY });
    for (const other of people) {
      if (other === person || other.room !== person.room) continue;
      for (const { id } of other.producers) {
        await transport.consume({ producerId: id, rtpCapabilities: router.rtpCapabilities });
        consumers += 1;
      }
    }
  }
  return consumers;
}

/** Captions end a second before they come, as those of a speech recogniser do; so they make revisions. */
function speakCaptions(person: SyntheticParticipant, plan: CallPlan, index: number): NodeJS.Timeout | undefined {
  if (plan.captionEverySeconds <= 0) return undefined;
  let said = index;
  return setInterval(() => {
    person.say(SENTENCES[said++ % SENTENCES.length] ?? '', 1000);
  }, plan.captionEverySeconds * 1000);
}

function eventReport(inTime: Received[], plan: CallPlan): Pick<CallReport, 'events' | 'delayMs' | 'partsMs'> {
  const emotions = inTime.filter((r): r is Received & { event: EmotionEvent } => r.event.type === 'emotion');
  const firsts = emotions.filter(({ event }) => event.revision === 0);
  const delays = firsts.map(({ event, atMs }) => atMs - event.window.end);
  const expected = plan.participants * plan.seconds;
  const whole = firsts.filter(({ event }) => event.face.present && event.voice.state === 'live');
  const windows = new Set(whole.map(({ event }) => `${event.participant}@${String(event.window.start)}`));
  const share = (present: (event: EmotionEvent) => boolean) =>
    firsts.filter(({ event }) => present(event)).length / Math.max(1, firsts.length);
  const parts = ['close', 'features', 'queue', 'inference', 'publish', 'capture', 'decode'] as const;
  return {
    events: {
      expected,
      received: windows.size,
      perSecond: firsts.length / plan.seconds,
      missing: expected - windows.size,
      late: delays.filter((ms) => ms > LATE_MS).length,
      gaps: inTime.filter(({ event }) => event.type === 'gap').length,
      revisions: emotions.length - firsts.length,
      face: share((event) => event.face.present),
      voice: share((event) => event.voice.present),
      words: share((event) => event.words.present),
    },
    delayMs: { p50: quantile(delays, 0.5), p95: quantile(delays, 0.95), p99: quantile(delays, 0.99) },
    partsMs: Object.fromEntries(
      parts.map((part) => {
        const values = firsts.flatMap(({ event }) => event.latency[part] ?? []);
        return [part, { p50: quantile(values, 0.5), p95: quantile(values, 0.95) }];
      }),
    ),
  };
}

/** CPU seconds by thread, and by stage inside the analysis processes, from the product's own metrics. */
async function cpuByPart(app: App): Promise<Record<string, number>> {
  // Asking as Prometheus does makes the mediasoup workers be asked too.
  await fetch(`${app.server.url}/metrics`);
  const parts: Record<string, number> = {};
  for (const metric of await app.meter.registry.getMetricsAsJSON()) {
    for (const value of metric.values as { value: number; labels: Record<string, string>; metricName?: string }[]) {
      if (metric.name === 'emostream_thread_cpu_seconds_total')
        parts[`thread ${value.labels['thread'] ?? ''}`] = value.value;
      if (value.metricName === 'emostream_stage_duration_seconds_count' && value.labels['stage'] === 'crop') {
        parts[PICTURES] = value.value;
      }
      if (value.metricName === 'emostream_stage_duration_seconds_sum') {
        const stage = value.labels['stage'] ?? '';
        if (!['queue', 'inference', 'window_close'].includes(stage)) parts[`  stage ${stage}`] = value.value;
      }
    }
  }
  return parts;
}

/** The kernel goes through all pages for it: often, it would cost as much as a stage. */
const MEMORY_EVERY_MS = 8000;

/** Among the figures by part: how many pictures were looked at. */
const PICTURES = 'pictures';

interface Reading {
  cpu: Record<string, number>;
  tree: ProcessUsage[];
  pump: number;
}

function cpuReport(
  before: Reading,
  after: Reading,
  personSeconds: number,
): { total: number; parts: Record<string, number> } {
  const parts: Record<string, number> = {};
  for (const name of Object.keys(after.cpu).sort()) {
    if (name === PICTURES) continue;
    parts[name] = ((after.cpu[name] ?? 0) - (before.cpu[name] ?? 0)) / personSeconds;
  }
  const generator = after.pump - before.pump;
  parts['load generator (in thread main)'] = generator / personSeconds;
  const used = new Map<string, number>();
  for (const { pid, part, cpuSeconds } of after.tree) {
    const begun = before.tree.find((earlier) => earlier.pid === pid)?.cpuSeconds ?? 0;
    used.set(part, (used.get(part) ?? 0) + cpuSeconds - begun);
  }
  for (const [part, seconds] of used) parts[`process ${part}`] = seconds / personSeconds;
  const total = [...used.values()].reduce((sum, seconds) => sum + seconds, 0) - generator;
  return { total, parts: { 'all, without the load generator': total / personSeconds, ...parts } };
}

function watchMemory() {
  const MIB = 1024 * 1024;
  let peak = 0;
  const parts: Record<string, number> = {};
  const timer = setInterval(() => {
    const now: Record<string, number> = {};
    for (const { pid, part } of processTree()) now[part] = (now[part] ?? 0) + memoryOf(pid) / MIB;
    peak = Math.max(peak, ...[Object.values(now).reduce((sum, each) => sum + each, 0)]);
    for (const [part, mib] of Object.entries(now)) parts[part] = Math.round(Math.max(parts[part] ?? 0, mib));
  }, MEMORY_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
    },
    peaks: () => ({ peakMiB: Math.round(peak), peakPartsMiB: parts }),
  };
}

export const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));
