import { MediaClock } from '../../../src/media/media-clock.js';
import { TimeGate } from '../../../src/media/time-gate.js';
import type { TrackClock } from '../../../src/media/track-clock.js';
import type { SenderReport } from '../../../src/sfu/types.js';
import { CountingMeter } from './counting-meter.js';

export const EPOCH = Date.UTC(2026, 0, 1);
const TICK_MS = 10;

/** What a sender and the road to the server do. Times are ms since the start, of true time. */
export interface Trip {
  seconds: number;
  random: () => number;
  /** Each packet takes up to so much longer, ms. */
  jitterMs?: number;
  lossPercent?: number;
  /** Pictures that were lost are sent again, and come so much later, after what follows them; else never, ms. */
  sentAgainMs?: number;
  /** Nothing gets through; what was sent meanwhile comes at once at the end. */
  stalls?: { from: number; to: number }[];
  /** The track captures nothing, and its RTP clock does not go on. */
  pauses?: { from: number; to: number; track: 'video' | 'audio' | 'both' }[];
  /** Nothing is sent, and the RTP clock goes on (DTX). */
  silences?: { from: number; to: number }[];
  /** The sender's machine sleeps: nothing is sent, and all of its clocks stand still. */
  sleeps?: { from: number; to: number }[];
  /** The RTP clocks are set: by so much, with or without a new SSRC. */
  restarts?: { at: number; byMs: number; newStream: boolean; track: 'video' | 'audio' | 'both' }[];
  /** The server's clock, which stamps what arrives, is set forward by so much (after it slept). */
  serverSteps?: { at: number; byMs: number }[];
  /** The sender's wall clock is set by so much. */
  ntpSteps?: { at: number; byMs: number }[];
  /** Sender milliseconds a true millisecond − 1. */
  drift?: number;
  ntpOffsetMs?: number;
  /** Time between reports; 0: none. Default 1000. */
  reportEveryMs?: number;
  /** Reports get here so much earlier or later than the packets around them, ms. */
  reportSkewMs?: () => number;
  /** The process that reports come through stands still; what came meanwhile is handed on at the end, and stamped then. */
  reportStalls?: { from: number; to: number }[];
  spoilReport?: (report: SenderReport, atMs: number) => SenderReport;
  /** While the capture pauses, the reports' RTP time goes on as if it did not, as browsers' do. */
  extrapolatedReports?: boolean;
  pictureEveryMs?: () => number;
}

export interface Judged {
  track: 'video' | 'audio';
  /** True time of capture, and of arrival, ms. */
  at: number;
  arrival: number;
  /** How long the packet took, ms. */
  delay: number;
  /** When it was handed on, ms. */
  handedOn: number;
  /** Media time given less the time of capture, ms. */
  error: number;
}

interface Event {
  due: number;
  deliver: () => void;
}

const within = (at: number, spans: { from: number; to: number }[] = []) =>
  spans.find(({ from, to }) => at >= from && at < to);
const passed = (at: number, spans: { from: number; to: number }[] = []) =>
  spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(at, to) - from), 0);

/** A sender with one wall clock and two RTP clocks, a road, and the server's media clock; all made up. */
export function travel(trip: Trip) {
  const meter = new CountingMeter();
  const mediaClock = new MediaClock(meter);
  const judged: Judged[] = [];
  const events: Event[] = [];
  const tracks: { clock: TrackClock; gate: TimeGate }[] = [];
  let now = 0;
  const server = (at: number) =>
    EPOCH + at + (trip.serverSteps ?? []).reduce((sum, step) => (at >= step.at ? sum + step.byMs : sum), 0);
  const endMs = trip.seconds * 1000;

  for (const name of ['video', 'audio'] as const) {
    const rate = name === 'video' ? 90_000 : 48_000;
    const clock = mediaClock.track(rate);
    const truth = new Map<number, { at: number; delay: number; arrival: number }>();
    const gate = new TimeGate(clock, (output) => {
      if (output.type !== 'packet') return;
      const { at, delay, arrival } = truth.get(output.packet.sequenceNumber)!;
      const error = clock.mediaTime(output.packet.timestamp, output.packet.arrivalMs) - server(at);
      judged.push({ track: name, at, arrival, delay, handedOn: now, error });
    });
    tracks.push({ clock, gate });
    const offset = Math.floor(trip.random() * 2 ** 32);
    const mine = <T extends { track: string }>(all: T[] = []) =>
      all.filter(({ track }) => track === name || track === 'both');
    const pauses = mine(trip.pauses);
    const restarts = mine(trip.restarts);
    const senderMs = (at: number) => (at - passed(at, trip.sleeps)) * (1 + (trip.drift ?? 0));
    const rtp = (at: number, paused = passed(at, pauses)) => {
      const set = restarts.reduce((sum, restart) => (at >= restart.at ? sum + restart.byMs : sum), 0);
      const ticks = Math.round(((senderMs(at) - paused + set) * rate) / 1000) + offset;
      return ((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32;
    };
    const ntp = (at: number) =>
      EPOCH +
      (trip.ntpOffsetMs ?? 0) +
      senderMs(at) +
      (trip.ntpSteps ?? []).reduce((sum, step) => (at >= step.at ? sum + step.byMs : sum), 0);
    // A road keeps the order of packets, give or take the jitter; sound leaves when its 20 ms are over.
    const delayOf = (leaves: number) => {
      const stall = within(leaves, trip.stalls);
      return (stall ? stall.to - leaves : 0) + trip.random() * (trip.jitterMs ?? 0);
    };
    let sequenceNumber = 0;
    let newest = 0;
    const streams = restarts.filter(({ newStream }) => newStream).map(({ at }) => at);
    const every = name === 'audio' ? () => 20 : (trip.pictureEveryMs ?? (() => 100));
    for (let at = 0; at < endMs; at += every()) {
      if (within(at, trip.sleeps) || within(at, pauses) || within(at, trip.silences)) continue;
      const leaves = at + (name === 'audio' ? 20 : 0);
      const begins = streams[0] !== undefined && at >= streams[0];
      if (begins) streams.shift();
      const sequence = sequenceNumber++;
      const lost = trip.random() * 100 < (trip.lossPercent ?? 0) && !begins;
      const againMs = name === 'video' ? trip.sentAgainMs : undefined;
      if (lost && againMs === undefined) continue;
      const delay = delayOf(leaves) + (lost ? (againMs ?? 0) : 0);
      const arrival = leaves + delay;
      newest = Math.max(newest, arrival);
      truth.set(sequence, { at, delay, arrival });
      const packet = {
        payloadType: 0,
        marker: false,
        sequenceNumber: sequence,
        timestamp: rtp(at),
        ssrc: 1,
        payload: new Uint8Array(),
        arrivalMs: server(arrival),
      };
      const deliver = () => {
        gate.pass([...(begins ? [{ type: 'reset' as const }] : []), { type: 'packet', packet, overtaken: lost }]);
      };
      // The jitter buffer puts them in order.
      events.push({ due: newest, deliver });
    }
    for (let at = 10; trip.reportEveryMs !== 0 && at < endMs; at += trip.reportEveryMs ?? 1000) {
      if (within(at, trip.sleeps)) continue;
      const onTime = at + delayOf(at);
      const arrival = within(onTime, trip.reportStalls)?.to ?? onTime;
      const pause = trip.extrapolatedReports ? within(at, pauses) : undefined;
      const timestamp = pause ? rtp(at, passed(pause.from, pauses)) : rtp(at);
      const honest = { ssrc: 1, ntpMs: ntp(at), rtpTimestamp: timestamp, arrivalMs: server(arrival) };
      const report = trip.spoilReport?.(honest, at) ?? honest;
      const deliver = () => {
        clock.report(report);
      };
      events.push({ due: arrival + (trip.reportSkewMs?.() ?? 0), deliver });
    }
  }
  events.sort((a, b) => a.due - b.due);
  const tick = () => {
    for (const { gate } of tracks) gate.expire(server(now));
  };
  let ticked = 0;
  for (const { due, deliver } of events) {
    for (; ticked + TICK_MS <= due; tick()) now = ticked += TICK_MS;
    now = Math.max(now, due);
    deliver();
  }
  now = endMs + 1000;
  tick();
  return {
    judged,
    steps: meter.of('emostream_media_clock_steps_total'),
    refused: (reason: string) => meter.of('emostream_dropped_total', 'media-clock', reason),
  };
}
