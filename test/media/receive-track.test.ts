import { type Observable, Subject } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { makeRecording, type SyntheticTrack, synthesise } from '../../bench/support/index.js';
import { silentMeter } from '../../src/common/metrics.js';
import {
  liveDecoders,
  MediaClock,
  type Received,
  receiveAudio,
  receiveVideo,
  type TrackInput,
} from '../../src/media/index.js';
import { marbles, type Marbles } from '../support/marbles.js';
import { audioTrack, EPOCH, videoTrack } from './support/drive.js';

const recording = makeRecording({
  audio: synthesise(1, (at) => 0.5 * Math.sin(2 * Math.PI * 800 * at)),
  video: {
    ...{ codec: 'VP8', width: 64, height: 48, framesPerSecond: 5, frames: 5, keyFrameEvery: 5, bitRate: 50_000 },
    draw: (index, rgb) => rgb.fill(40 * index),
  },
});
const SOUND = {
  trackId: 'a',
  source: 'microphone',
  kind: 'audio',
  codec: 'opus',
  payloadType: 111,
  clockRate: 48_000,
} as const;
const PICTURES = {
  trackId: 'v',
  source: 'camera',
  kind: 'video',
  codec: 'VP8',
  payloadType: 101,
  clockRate: 90_000,
} as const;

afterEach(() => expect(liveDecoders()).toBe(0));

/** One track's packets on the line of time; `change` may delay or lose one. */
class Line {
  readonly input = new Subject<TrackInput>();
  readonly tick = new Subject<number>();
  /** When something came out, ms, and what. */
  readonly out: [at: number, what: string][] = [];
  beforeDecode: () => void = () => undefined;

  constructor(private readonly time: Marbles) {}

  play(track: SyntheticTrack, untilMs: number, change: (at: number, index: number) => number = (at) => at): void {
    let index = 0;
    for (let at = 1; at <= untilMs + 200; at += 5) {
      this.time.act(`${String(at)}ms t`, { t: () => this.tick.next(EPOCH + this.time.now()) });
    }
    for (let at = 0; at <= untilMs; at += 5) {
      for (const data of track.due(at)) {
        const packet = { data, arrivalMs: EPOCH + change(at, index) };
        const sentAt = change(at, index++);
        const input: TrackInput = { type: 'packet', packet };
        if (sentAt >= 0) this.time.act(`${String(sentAt)}ms p`, { p: () => this.input.next(input) });
      }
    }
  }

  watch(received$: Observable<Received<{ mediaTime: number }>>): void {
    const say = (what: string) => this.out.push([this.time.now(), what]);
    received$.subscribe({
      next: (received) => say(received.type),
      error: (error: unknown) => say(String(error)),
      complete: () => say('complete'),
    });
  }

  get options() {
    const clock = () => EPOCH + this.time.now();
    return {
      ...{ meter: silentMeter, clock, mediaClock: new MediaClock(silentMeter), requestKeyFrame: () => undefined },
      beforeDecode: () => this.beforeDecode(),
    };
  }

  get observed(): boolean {
    return this.input.observed || this.tick.observed;
  }

  at(what: string): number[] {
    return this.out.filter(([, said]) => said === what).map(([at]) => at);
  }
}

it('sound comes out as its packets come, in their order; a lost one is given up by a tick; the end frees the decoder', () => {
  marbles((time) => {
    const line = new Line(time);
    // The sixth is lost, the eighth overtakes the seventh.
    line.play(audioTrack(recording), 180, (at, index) => (index === 5 ? -1 : index === 6 ? at + 21 : at));
    time.act('500ms x', { x: () => line.input.complete() });
    line.watch(line.input.pipe(receiveAudio(SOUND, line.tick, line.options)));
    time.flush();
    const came = line.at('item');
    const firstFive = came.slice(0, 5);
    expect(firstFive.map((at) => at - firstFive[0]!)).toEqual([0, 20, 40, 60, 80]);
    // What follows the lost packet waits, and comes with a tick, for no packet follows any more.
    const waited = came.filter((at) => at % 5 !== 0);
    expect(new Set(waited).size).toBe(1);
    expect(waited.length).toBeGreaterThan(2);
    expect(line.out.at(-1)).toEqual([500, 'complete']);
    expect(line.observed).toBe(false);
  });
});

it('pictures come out whole, each with the track’s progress after it', () => {
  marbles((time) => {
    const line = new Line(time);
    line.play(videoTrack(recording), 950);
    time.act('1200ms x', { x: () => line.input.complete() });
    line.watch(line.input.pipe(receiveVideo(PICTURES, line.tick, line.options)));
    time.flush();
    const [first = 0, ...rest] = line.at('item');
    expect(rest.map((at) => at - first)).toEqual([200, 400, 600, 800]);
    expect(line.out.slice(0, 2).map(([, what]) => what)).toEqual(['item', 'progress']);
    expect(line.observed).toBe(false);
  });
});

it('nobody listens any more: the decoder is freed, in the middle of the stream', () => {
  marbles((time) => {
    const line = new Line(time);
    line.play(videoTrack(recording), 300);
    const listening = line.input.pipe(receiveVideo(PICTURES, line.tick, line.options)).subscribe();
    time.act('100ms x', { x: () => listening.unsubscribe() });
    time.act('99ms o 1ms p', { o: () => expect(liveDecoders()).toBe(1), p: () => expect(liveDecoders()).toBe(0) });
    time.flush();
    expect(line.observed).toBe(false);
  });
});

it.each(['audio', 'video'] as const)(
  'an error within goes down the %s stream, and does not reach who pushes packets',
  (kind) => {
    marbles((time) => {
      const line = new Line(time);
      line.play(kind === 'audio' ? audioTrack(recording) : videoTrack(recording), 300);
      line.beforeDecode = () => {
        if (time.now() > 100) throw new Error('within');
      };
      const received$: Observable<Received<{ mediaTime: number }>> =
        kind === 'audio'
          ? line.input.pipe(receiveAudio(SOUND, line.tick, line.options))
          : line.input.pipe(receiveVideo(PICTURES, line.tick, line.options));
      line.watch(received$);
      time.flush();
      expect(line.at('item').length).toBeGreaterThan(0);
      expect(line.out.at(-1)?.[1]).toBe('Error: within');
      expect(line.observed).toBe(false);
    });
  },
);
