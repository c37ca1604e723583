import type { types } from 'mediasoup';
import { systemClock } from '../../src/common/clock.js';
import { silentMeter } from '../../src/common/metrics.js';
import { MediaClock, VideoTrackReceiver } from '../../src/media/index.js';
import type { TrackControl, TrackInfo } from '../../src/sfu/types.js';
import { tap } from '../../test/media/support/tapped-peer.js';
import type { PacketSink } from '../../test/sfu/support/local-receiver.js';
import { SyntheticPeer } from '../support/synthetic-peer.js';
import { type CameraName, openCamera } from './cameras.js';

export interface LossRun {
  router: types.Router;
  camera: CameraName;
  people: number;
  seconds: number;
  lossPercent: number;
  roundTripMs: number;
  /** Longest a missing packet is waited for, ms; the product's own if not given. */
  waitMs?: number;
  /** Of the first person; each has their own. Default 1. */
  seed?: number;
}

/** Of one person, while it was measured. */
export interface PersonLoss {
  /** Key frames that the receiver asked for. */
  keyFrameRequests: number;
  /** Pictures that were decoded. */
  pictures: number;
  /** Longest time between the media times of two of them, ms. */
  longestGapMs: number;
}

const TICK_MS = 20;
const WARM_UP_MS = 2000;

/**
 * People on a road that loses and delays, both ways, in front of the real worker and the real receiver. Their cameras send
 * again what is asked for, and a key frame when one is.
 */
export async function runLoss(run: LossRun): Promise<PersonLoss[]> {
  const road = { lossPercent: run.lossPercent, delayMs: run.roundTripMs / 2 };
  const people = await Promise.all(
    Array.from({ length: run.people }, async (_, index) => {
      const camera = openCamera(run.camera);
      const peer = await SyntheticPeer.create({
        router: run.router,
        recording: { video: null, audio: null },
        camera,
        seed: (run.seed ?? 1) + index,
        impairment: road,
        feedbackImpairment: road,
      });
      const watched = new Watched(run.waitMs);
      const closeTap = await tap(run.router, peer.videoProducer as types.Producer, watched.open);
      peer.start();
      const close = (): void => {
        closeTap();
        peer.close();
        watched.close();
        camera.close();
      };
      return { watched, close };
    }),
  );
  await delay(WARM_UP_MS);
  for (const { watched } of people) watched.begin();
  await delay(run.seconds * 1000);
  const found = people.map(({ watched }) => watched.figures());
  for (const { close } of people) close();
  return found;
}

/** The receiver of one person's camera, and what is measured of it. */
class Watched {
  readonly #waitMs: number | undefined;
  #receiver: VideoTrackReceiver | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #keyFrameRequests = 0;
  #mediaTimes: number[] = [];

  constructor(waitMs: number | undefined) {
    this.#waitMs = waitMs;
  }

  /** Forgets what was before: at the start a key frame is asked for in any case. */
  begin(): void {
    this.#keyFrameRequests = 0;
    this.#mediaTimes = [];
  }

  figures(): PersonLoss {
    const times = this.#mediaTimes;
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
    return {
      keyFrameRequests: this.#keyFrameRequests,
      pictures: times.length,
      longestGapMs: Math.max(0, ...gaps),
    };
  }

  close(): void {
    clearInterval(this.#ticker);
    this.#receiver?.close();
  }

  readonly open = (track: TrackInfo, control: TrackControl): PacketSink => {
    const receiver = new VideoTrackReceiver(track, {
      meter: silentMeter,
      clock: systemClock,
      mediaClock: new MediaClock(silentMeter),
      requestKeyFrame: () => {
        this.#keyFrameRequests++;
        control.requestKeyFrame();
      },
      onFrame: () => undefined,
      onProgress: (mediaTime) => this.#mediaTimes.push(mediaTime),
      ...(this.#waitMs === undefined ? {} : { jitterWaitMs: this.#waitMs }),
    });
    this.#receiver = receiver;
    this.#ticker = setInterval(() => {
      receiver.tick(systemClock());
    }, TICK_MS);
    return {
      packet: (packet) => {
        receiver.packet(packet);
      },
      senderReport: (report) => {
        receiver.senderReport(report);
      },
      setPaused: (paused) => {
        receiver.setPaused(paused);
      },
      close: () => {
        clearInterval(this.#ticker);
      },
    };
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
