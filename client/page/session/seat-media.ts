import { isAnalysable, type SentSource } from '../../../src/common/consent.js';
import { knownProblem } from '../../../src/common/media-problem.js';
import { MediaLink } from '../../lib/call/media-link.js';
import { SentTracks } from '../../lib/call/sent-tracks.js';
import type { EmostreamClient, Notification, RequestData } from '../../lib/index.js';
import { HealthMonitor } from './health-monitor.js';
import type { LocalMedia } from './local-media.js';
import type { Health } from './media-health.js';
import type { Stat } from './quality.js';
import type { ScreenShare } from './screen-share.js';
import { screenStopped } from './told.js';

export interface SeatMediaOptions {
  client: EmostreamClient;
  media: LocalMedia;
  screen: ScreenShare;
  /** The media connection is lost for good: only a new seat helps. */
  onDead(): void;
  onHealth(health: Health): void;
  onProblem(problem: Error): void;
}

const SOURCES = ['camera', 'microphone', 'screen'] as const satisfies readonly SentSource[];

/** The media of one's present seat: the way they go, what is sent over it, and whether it gets through. */
export class SeatMedia {
  readonly #options: SeatMediaOptions;
  readonly #sent: SentTracks;
  readonly #monitor: HealthMonitor;
  #link: MediaLink | undefined;

  constructor(options: SeatMediaOptions) {
    this.#options = options;
    this.#monitor = new HealthMonitor((health) => options.onHealth(health));
    this.#sent = new SentTracks(options.client, { track: (source) => this.#track(source) });
  }

  /** Undefined while there is no seat. */
  get link(): MediaLink | undefined {
    return this.#link;
  }

  get health(): Health {
    return this.#monitor.health;
  }

  /**
   * Takes a seat, for which it is known what this browser can receive, and opens the ways of its media.
   * @throws ClientError or UnsupportedBrowser
   */
  async open(takeSeat: (rtpCapabilities: RequestData<'join'>['rtpCapabilities']) => Promise<void>): Promise<void> {
    const link = await MediaLink.create(this.#options.client, {
      onDead: () => this.#options.onDead(),
      onState: (direction, state) => this.#monitor.link(direction, state),
    });
    await takeSeat(link.capabilities);
    this.#link = link;
    await link.open();
  }

  /** What the browser tells of one direction; nothing while there is no seat. */
  async stats(direction: 'send' | 'recv'): Promise<readonly Stat[]> {
    return (await this.#link?.stats(direction)) ?? [];
  }

  /** The seat is lost, and what came and went by it. */
  drop(): void {
    this.#link?.close();
    this.#link = undefined;
    this.#sent.clear();
    this.#monitor.reset();
  }

  /** Makes what is sent match what is on. */
  async sync(source: SentSource): Promise<void> {
    const link = this.#link;
    if (!link) return;
    if (source !== 'screen') this.#monitor.sending(source, this.#track(source) !== null);
    await this.#sent.sync(source, link);
  }

  async syncAll(): Promise<void> {
    await Promise.all(SOURCES.map((source) => this.sync(source)));
  }

  /** Something of somebody is asked for. */
  receiving(): void {
    this.#monitor.receiving();
  }

  /** What the server says of what one sends. */
  problem({ source, problem }: Extract<Notification, { type: 'mediaProblem' }>): void {
    const stopped = problem === 'packet-rate' || problem === 'bitrate';
    if (isAnalysable(source)) {
      if (stopped) this.#sent.stopped(source);
      this.#monitor.told(source, problem && knownProblem(problem));
    } else if (source === 'screen' && stopped) {
      this.#sent.stopped('screen');
      this.#options.screen.stop();
      this.#options.onProblem(screenStopped());
    }
  }

  close(): void {
    this.drop();
    this.#monitor.close();
  }

  #track(source: SentSource): MediaStreamTrack | null {
    return source === 'screen' ? this.#options.screen.track : this.#options.media.track(source);
  }
}
