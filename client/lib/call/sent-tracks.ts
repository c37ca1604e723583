import type { types } from 'mediasoup-client';
import type { EmostreamClient, SentSource } from '../index.js';
import { LAYERS, type MediaLink } from './media-link.js';

/** The tracks that are on at the moment. */
export interface TrackSource {
  track(source: SentSource): MediaStreamTrack | null;
}

const TOP_LAYER = LAYERS.length - 1;

/** What one sends: a producer for each source that is on, and for each device that was. */
export class SentTracks {
  readonly #client: EmostreamClient;
  readonly #media: TrackSource;
  readonly #producers = new Map<SentSource, types.Producer>();

  constructor(client: EmostreamClient, media: TrackSource) {
    this.#client = client;
    this.#media = media;
  }

  /** Makes what is sent match what is on. */
  async sync(source: SentSource, link: MediaLink): Promise<void> {
    const track = this.#media.track(source);
    const producer = this.#producers.get(source);
    if (producer) await this.#update(source, producer, track);
    else if (track) this.#producers.set(source, await link.produce(source, track));
    await this.#shareBitrate();
  }

  /** The server closed it; to send on would end the whole connection. Switching the source off and on tries anew. */
  stopped(source: SentSource): void {
    this.#producers.get(source)?.close();
    this.#producers.delete(source);
  }

  /** The seat is gone, and they with it. */
  clear(): void {
    this.#producers.clear();
  }

  async #update(source: SentSource, producer: types.Producer, track: MediaStreamTrack | null): Promise<void> {
    const { id: producerId } = producer;
    if (!track && source === 'screen') {
      // Another screen is another picture: the others shall not keep the place of this one.
      this.stopped(source);
      await this.#client.request('closeProducer', { producerId });
      return;
    }
    if (!track) {
      if (producer.paused) return;
      producer.pause();
      await this.#client.request('pauseProducer', { producerId });
      return;
    }
    if (producer.track !== track) await producer.replaceTrack({ track });
    if (!producer.paused) return;
    producer.resume();
    await this.#client.request('resumeProducer', { producerId });
  }

  /** Beside a screen people are seen small: what the camera's largest picture takes is the screen's then. */
  async #shareBitrate(): Promise<void> {
    const camera = this.#producers.get('camera');
    const layer = this.#producers.has('screen') ? TOP_LAYER - 1 : TOP_LAYER;
    if (camera && (camera.maxSpatialLayer ?? TOP_LAYER) !== layer) await camera.setMaxSpatialLayer(layer);
  }
}
