import { isAnalysable, SENT_SOURCES } from '../../../src/common/consent.js';
import { knownProblem } from '../../../src/common/media-problem.js';
import { ClientError, type Notification, type Peer, type ProducerInfo } from '../../lib/index.js';
import type { MediaLink } from '../../lib/call/media-link.js';
import { RemotePeer } from './remote-peer.js';

export interface CallPeersEvents {
  joined(peer: RemotePeer, again: boolean): void;
  changed(peer: RemotePeer): void;
  left(peer: RemotePeer): void;
  /** Something of somebody is asked for. */
  receiving(): void;
}

/** What is told of another participant's tracks, or of one's own consumers. */
export type PeerNotification = Exclude<
  Extract<Notification, { participant: string } | { consumerId: string }>,
  { type: 'mediaProblem' | 'peerLeft' | 'words' | 'wordsWithdrawn' }
>;

/** The others in the call, and what comes from them. */
export class CallPeers {
  readonly #peers = new Map<string, RemotePeer>();
  readonly #events: CallPeersEvents;
  /** Undefined while there is no seat. */
  readonly #link: () => MediaLink | undefined;

  constructor(link: () => MediaLink | undefined, events: CallPeersEvents) {
    this.#link = link;
    this.#events = events;
  }

  get all(): RemotePeer[] {
    return [...this.#peers.values()];
  }

  async add(info: Peer, again: boolean): Promise<void> {
    this.remove(info.participant);
    const peer = new RemotePeer(info);
    this.#peers.set(info.participant, peer);
    this.#events.joined(peer, again);
    await Promise.all(info.producers.map((producer) => this.#consume(peer, producer)));
  }

  remove(participant: string): void {
    const peer = this.#peers.get(participant);
    if (!peer) return;
    this.#peers.delete(participant);
    peer.close();
    this.#events.left(peer);
  }

  /** Whoever is not among them went meanwhile. */
  keepOnly(here: ReadonlySet<string>): void {
    for (const participant of [...this.#peers.keys()]) if (!here.has(participant)) this.remove(participant);
  }

  /** Their media go with one's own seat; they themselves stay. */
  dropMedia(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  mediaProblem({ participant, source, problem }: Extract<Notification, { type: 'mediaProblem' }>): void {
    const peer = this.#peers.get(participant);
    // Of a screen that a limit stopped they are told by its end.
    if (!peer || !isAnalysable(source)) return;
    if (problem) peer.problems.set(source, knownProblem(problem));
    else peer.problems.delete(source);
    this.#events.changed(peer);
  }

  async notified(notification: PeerNotification): Promise<void> {
    if (notification.type === 'consumerClosed') {
      for (const peer of this.#peers.values()) peer.removeConsumer(notification.producerId);
      return;
    }
    const peer = this.#peers.get(notification.participant);
    if (!peer) return;
    switch (notification.type) {
      case 'producerAdded':
        peer.setProducer(notification.producer);
        await this.#consume(peer, notification.producer);
        break;
      case 'producerRemoved':
        peer.removeProducer(notification.producerId);
        break;
      case 'producerPaused':
      case 'producerResumed':
        peer.setPaused(notification.producerId, notification.type === 'producerPaused');
        break;
      case 'consentChanged':
        peer.consent = notification.consent;
        peer.showWords = notification.showWords;
        break;
    }
    this.#events.changed(peer);
  }

  async #consume(peer: RemotePeer, { producerId, source }: ProducerInfo): Promise<void> {
    const link = this.#link();
    // What a later server has beside these this page knows no place for.
    if (!link || !(SENT_SOURCES as readonly string[]).includes(source)) return;
    try {
      const consumer = await link.consume(producerId, () => this.#events.receiving());
      if (this.#peers.get(peer.participant) !== peer || this.#link() !== link) return consumer.close();
      peer.setConsumer(consumer);
      this.#events.changed(peer);
    } catch (error) {
      // It went away while it was asked for.
      if (error instanceof ClientError && error.code === 'NOT_FOUND') return;
      // Their camera speaks a codec that this browser does not: all else of the call goes on.
      if (error instanceof ClientError && error.code === 'UNSUPPORTED_MEDIA') {
        peer.cannotShow(producerId);
        return this.#events.changed(peer);
      }
      throw error;
    }
  }
}
