import { Emitter } from '../../lib/emitter.js';
import {
  type Agreement,
  ClientError,
  type Consent,
  EmostreamClient,
  isFinal,
  type Notification,
  type Peer,
  toClientError,
} from '../../lib/index.js';
import type { AccessEnd } from './access-end.js';
import { AccessWatch } from './access-watch.js';
import { CallPeers } from './call-peers.js';
import { ConnectionWatch } from './connection-watch.js';
import type { CallStatus } from './call-status.js';
import type { CallEvents, CallOptions } from './call-types.js';
import { InOrder } from './in-order.js';
import type { Health } from './media-health.js';
import { OwnAgreement } from './own-agreement.js';
import { RecordingSeat, type RecordingState } from './recording-seat.js';
import type { RemotePeer } from './remote-peer.js';
import { SeatMedia } from './seat-media.js';
import { analysisAllowed, isHeardElsewhere, noEmotions, removed, roomEnded, seatFailed } from './told.js';

type PutOutReason = Extract<Notification, { type: 'peerLeft' }>['reason'];

/** A seat that was lost is taken again after this long, ms; a socket that reconnects does so by its own schedule. */
const REJOIN_DELAY_MS = 1000;

/** One person's part in the call, from joining to leaving, over any number of connections. */
export class CallSession extends Emitter<CallEvents> {
  readonly #options: CallOptions;
  readonly #client: EmostreamClient;
  readonly #peers: CallPeers;
  readonly #media: SeatMedia;
  readonly #recording: RecordingSeat;
  readonly #stopListening: (() => void)[] = [];
  #status: CallStatus = { state: 'joining' };
  readonly #agreement: OwnAgreement;
  readonly #watch: ConnectionWatch;
  readonly #access: AccessWatch;
  #closing = false;
  #seat: { room: string; participant: string; policy: Consent } | undefined;
  /** Everything that changes the seat happens one after the other, in the order of the server's messages. */
  readonly #work = new InOrder();
  #rejoinTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.#client = new EmostreamClient({ server: options.server, room: options.room, token: options.token });
    this.#agreement = new OwnAgreement(options.agreement, {
      client: this.#client,
      joined: () => this.#status.state === 'joined',
      onChange: (agreement) => this.emit('agreement', agreement),
    });
    this.#watch = new ConnectionWatch(this.#client, () => this.emit('doubt', this.doubt));
    this.#media = new SeatMedia({
      client: this.#client,
      media: options.media,
      screen: options.screen,
      onDead: () => this.#scheduleRejoin(),
      onHealth: (health) => this.emit('health', health),
      onProblem: (problem) => this.emit('problem', problem),
    });
    this.#recording = new RecordingSeat(this.#client, () => this.emit('recording', this.#recording.state));
    this.#peers = new CallPeers(() => this.#media.link, {
      joined: (peer, again) => this.emit('peerJoined', { peer, again }),
      changed: (peer) => this.emit('peerChanged', peer),
      left: (peer) => this.emit('peerLeft', peer),
      receiving: () => this.#media.receiving(),
    });
    this.#client.on('event', (event) => this.emit('event', event));
    this.#client.on('missed', (missed) => this.emit('missed', missed));
    this.#access = new AccessWatch(this.#client, (end) => this.emit('access', end));
    // Words are of the moment, and taken back at once: they wait for nothing.
    this.#client.on('notification', (notification) => this.#noteWords(notification));
    this.#client.on('notification', (notification) => this.#enqueue(() => this.#notified(notification)));
    this.#client.on('connected', ({ again }) => {
      if (again) this.#enqueue(() => this.#rejoin());
    });
    this.#client.on('status', (status) => {
      if (status.state === 'waiting') this.#setStatus({ state: 'reconnecting' });
      else if (status.state === 'closed' && this.#seat) this.#end(status.error);
    });
  }

  get status(): CallStatus {
    return this.#status;
  }
  get seat(): { room: string; participant: string; policy: Consent } | undefined {
    return this.#seat;
  }
  get agreement(): Agreement {
    return this.#agreement.value;
  }
  /** Why it cannot be known how things stand; null: it can. */
  get doubt(): 'offline' | 'silent' | null {
    return this.#watch.doubt;
  }
  /** The server said that it ends or restarts. */
  get closing(): boolean {
    return this.#closing;
  }
  /** Null while its end is far. */
  get access(): AccessEnd | null {
    return this.#access.end;
  }
  /** Null: nothing of the call is recorded. */
  get recording(): RecordingState | null {
    return this.#recording.state;
  }
  get health(): Health {
    return this.#media.health;
  }
  /** What `getStats` tells of what is sent or received now. */
  readonly stats: SeatMedia['stats'] = (direction) => this.#media.stats(direction);
  get peers(): RemotePeer[] {
    return this.#peers.all;
  }

  /** @throws ClientError or UnsupportedBrowser when the call cannot be joined */
  async join(): Promise<void> {
    try {
      // In line with the notifications, which must find the seat complete.
      await this.#work.run(async () => {
        await this.#client.connect();
        await this.#takeSeat();
        await this.#subscribe();
      });
    } catch (error) {
      this.#end(null);
      throw error;
    }
    const { media, screen } = this.#options;
    this.#stopListening.push(
      media.on('change', (source) => this.#enqueue(() => this.#media.sync(source))),
      screen.on('change', () => this.#enqueue(() => this.#media.sync('screen'))),
    );
    this.#setStatus({ state: 'joined' });
    // What was switched while joining.
    this.#enqueue(() => this.#media.syncAll());
  }

  /** Changes what may be analysed and read. @returns what the server confirmed. @throws ClientError */
  agree(agreement: Agreement): Promise<Agreement> {
    return this.#agreement.change(agreement);
  }

  /** Words that were said or typed. @returns they are shown to those in the room. @throws ClientError */
  async sendCaption(text: string, startMs: number, endMs: number): Promise<boolean> {
    const { shown } = await this.#client.request('caption', { text, startMs, endMs, sentMs: Date.now() });
    return shown;
  }

  /** Whether one's own results may be in the recording that runs. @throws ClientError */
  agreeToRecording(agreed: boolean): Promise<void> {
    return this.#recording.answer(agreed);
  }

  /** What one's token must grant `moderate` for. @throws ClientError */
  async moderate(type: 'removeParticipant' | 'stopAnalysis' | 'allowAnalysis', participant: string): Promise<void> {
    const { room } = this.#options;
    await this.#client.request(type, { room, participant });
  }

  /** The network may have changed under the connection. */
  probe(): void {
    void this.#client.probe();
  }

  async leave(): Promise<void> {
    // Ending must not depend on an answer; the server hears a closed socket as well.
    await this.#client.request('leave', {}, 1000).catch(() => undefined);
    this.#end(null);
  }

  #enqueue(task: () => Promise<void> | void): void {
    this.#work.run(task).catch((error: unknown) => {
      if (this.#status.state === 'joined') this.emit('problem', toClientError(error));
    });
  }

  #setStatus(status: CallStatus): void {
    if (this.#status.state === 'ended') return;
    if (status.state === 'joined') this.#closing = false;
    this.#status = status;
    this.emit('status', status);
  }

  #end(error: Error | null): void {
    if (this.#status.state === 'ended') return;
    this.#setStatus({ state: 'ended', error });
    clearTimeout(this.#rejoinTimer);
    for (const stop of this.#stopListening) stop();
    this.#client.close();
    this.#watch.close();
    this.#media.close();
    this.#peers.keepOnly(new Set());
  }

  async #takeSeat(): Promise<void> {
    const { name, room } = this.#options;
    let peers: Peer[] = [];
    await this.#media.open(async (rtpCapabilities) => {
      const joined = await this.#client.request('join', { room, name, ...this.#agreement.value, rtpCapabilities });
      this.#seat = { room: joined.room, participant: joined.participant, policy: joined.policy };
      this.#agreement.told(joined);
      peers = joined.peers;
    });
    this.#peers.keepOnly(new Set(peers.map((peer) => peer.participant)));
    await Promise.all([this.#media.syncAll(), ...peers.map((peer) => this.#peers.add(peer, true))]);
  }

  /** Who may take part may not always see the emotions. */
  async #subscribe(): Promise<void> {
    try {
      await this.#client.subscribe();
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'FORBIDDEN') throw error;
      this.emit('problem', noEmotions());
    }
  }

  async #rejoin(): Promise<void> {
    if (this.#status.state === 'ended') return;
    this.#setStatus({ state: 'reconnecting' });
    this.#dropMedia();
    this.#recording.lost();
    try {
      await this.#takeSeat();
      this.#setStatus({ state: 'joined' });
    } catch (error) {
      if (isFinal(error)) this.#end(error);
      else this.#scheduleRejoin();
    }
  }

  /** A new socket takes a new seat (the server frees the old one with the old socket). */
  #scheduleRejoin(): void {
    if (this.#status.state === 'ended') return;
    this.#setStatus({ state: 'reconnecting' });
    clearTimeout(this.#rejoinTimer);
    this.#rejoinTimer = setTimeout(() => this.#client.reconnect(), REJOIN_DELAY_MS);
  }

  #dropMedia(): void {
    this.#media.drop();
    this.#peers.dropMedia();
  }

  #noteWords(notification: Notification): void {
    if (notification.type === 'words') this.emit('words', notification);
    else if (notification.type === 'wordsWithdrawn') this.emit('wordsWithdrawn', notification.participant);
  }

  async #notified(notification: Notification): Promise<void> {
    if (!this.#seat || this.#status.state === 'ended' || isHeardElsewhere(notification)) return;
    switch (notification.type) {
      case 'peerJoined':
        return this.#peers.add(notification.peer, false);
      case 'peerLeft':
        if (notification.participant === this.#seat.participant) return this.#putOut(notification.reason);
        return this.#peers.remove(notification.participant);
      case 'roomEnded':
        return this.#end(roomEnded());
      case 'analysisAllowed':
        if (notification.participant === this.#seat.participant)
          this.emit('problem', analysisAllowed(notification.allowed));
        return;
      case 'roomReset':
        return this.#scheduleRejoin();
      case 'mediaProblem':
        if (notification.participant === this.#seat.participant) return this.#media.problem(notification);
        return this.#peers.mediaProblem(notification);
      case 'error':
        return void this.emit('problem', new ClientError(notification.error.code, notification.error.message));
      case 'recording':
        return this.#recording.told(notification);
      case 'serverClosing':
        this.#closing = true;
        return this.emit('closing', undefined);
      case 'consentChanged':
        if (notification.participant === this.#seat.participant) return this.#agreement.told(notification);
        return this.#peers.notified(notification);
      default:
        return this.#peers.notified(notification);
    }
  }

  /** One's own seat was ended by the server. */
  #putOut(reason: PutOutReason): void {
    // Removed by a rule: do not come back by yourself.
    if (reason !== 'failed') return this.#end(removed());
    this.emit('problem', seatFailed());
    this.#scheduleRejoin();
  }
}
