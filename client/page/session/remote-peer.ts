import type { types } from 'mediasoup-client';
import { isAnalysable } from '../../../src/common/consent.js';
import type { Consent, MediaProblem, Peer, ProducerInfo, SentSource, Source } from '../../lib/index.js';

/** Another participant: what is known of them and what comes from them. */
export class RemotePeer {
  readonly participant: string;
  readonly name: string;
  /** Picture and sound together, so that they play in step. */
  readonly stream = new MediaStream();
  /** The screen that they share; empty: none, or none that this browser can show. */
  readonly screen = new MediaStream();
  consent: Consent;
  /** What they say may be read here. */
  showWords: boolean;
  /** What of theirs does not get to the server, as it says. */
  readonly problems = new Map<Source, MediaProblem>();
  /** Producers whose codec this browser does not decode. */
  readonly #unshowable = new Set<string>();
  readonly #producers = new Map<string, ProducerInfo>();
  readonly #consumers = new Map<string, types.Consumer>();

  constructor(peer: Peer) {
    this.participant = peer.participant;
    this.name = peer.name;
    this.consent = peer.consent;
    this.showWords = peer.showWords;
    for (const producer of peer.producers) this.#producers.set(producer.producerId, producer);
  }

  get producers(): ProducerInfo[] {
    return [...this.#producers.values()];
  }

  /** What of theirs cannot be shown here, whatever comes. */
  get unshowable(): Set<Source> {
    const cannot = this.producers.filter(({ producerId }) => this.#unshowable.has(producerId));
    return new Set(cannot.map(({ source }) => source).filter(isAnalysable));
  }

  cannotShow(producerId: string): void {
    this.#unshowable.add(producerId);
  }

  /** How loud they are now, 0 (silence, or nothing comes) … 1. */
  get level(): number {
    const consumer = [...this.#consumers.values()].find(({ kind }) => kind === 'audio');
    return consumer?.rtpReceiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** The streams that are to come of their picture and sound, by SSRC. */
  get ssrcs(): Set<number> {
    const on = new Set(this.producers.filter(({ paused }) => !paused).map(({ producerId }) => producerId));
    const coming = [...this.#consumers.values()].filter(({ producerId }) => on.has(producerId));
    return new Set(coming.flatMap(({ rtpParameters }) => rtpParameters.encodings?.[0]?.ssrc ?? []));
  }

  isOn(source: SentSource): boolean {
    return this.producers.some((producer) => producer.source === source && !producer.paused);
  }

  setProducer(producer: ProducerInfo): void {
    this.#producers.set(producer.producerId, producer);
  }

  setPaused(producerId: string, paused: boolean): void {
    const producer = this.#producers.get(producerId);
    if (producer) this.#producers.set(producerId, { ...producer, paused });
  }

  removeProducer(producerId: string): void {
    this.removeConsumer(producerId);
    this.#producers.delete(producerId);
    this.#unshowable.delete(producerId);
  }

  setConsumer(consumer: types.Consumer): void {
    this.removeConsumer(consumer.producerId);
    this.#consumers.set(consumer.producerId, consumer);
    this.#streamOf(consumer).addTrack(consumer.track);
  }

  removeConsumer(producerId: string): void {
    const consumer = this.#consumers.get(producerId);
    if (!consumer) return;
    this.#consumers.delete(producerId);
    this.#streamOf(consumer).removeTrack(consumer.track);
    consumer.close();
  }

  #streamOf({ producerId }: types.Consumer): MediaStream {
    return this.#producers.get(producerId)?.source === 'screen' ? this.screen : this.stream;
  }

  close(): void {
    for (const producerId of [...this.#consumers.keys()]) this.removeConsumer(producerId);
  }
}
