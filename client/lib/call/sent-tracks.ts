import type { types } from 'mediasoup-client';
import type { EmostreamClient, Source } from '../index.js';
import type { MediaLink } from './media-link.js';

/** The tracks that are on at the moment. */
export interface TrackSource {
  track(source: Source): MediaStreamTrack | null;
}

/** What one sends: a producer for each source that is on, or was. */
export class SentTracks {
  readonly #client: EmostreamClient;
  readonly #media: TrackSource;
  readonly #producers = new Map<Source, types.Producer>();

  constructor(client: EmostreamClient, media: TrackSource) {
    this.#client = client;
    this.#media = media;
  }

  /** Makes what is sent match what is on. */
  async sync(source: Source, link: MediaLink): Promise<void> {
    const track = this.#media.track(source);
    const producer = this.#producers.get(source);
    if (!producer) {
      if (track) this.#producers.set(source, await link.produce(source, track));
      return;
    }
    const { id: producerId } = producer;
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

  /** The server closed it; to send on would end the whole connection. Switching the source off and on tries anew. */
  stopped(source: Source): void {
    this.#producers.get(source)?.close();
    this.#producers.delete(source);
  }

  /** The seat is gone, and they with it. */
  clear(): void {
    this.#producers.clear();
  }
}
