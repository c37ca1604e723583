import type { Logger } from 'pino';
import { Bulkhead, type BulkheadDeps } from '../common/bulkhead.js';
import { type Agreement, bothAgreements, isWithdrawal, NO_AGREEMENT, sameAgreement } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import type { Participant, ParticipantCloseReason, Room } from '../sfu/index.js';
import type { ShownWords } from '../sfu/types.js';
import type { AuditLog, AuditRecord } from './audit-log.js';
import { assertFewSeats, type SeatLimits } from './few-seats.js';
import type { Caller } from './limits.js';
import { type BlockedGauge, MediaNews } from './media-news.js';
import type { Moderated, Moderation } from './moderation.js';
import type { Notification, Peer, ResultOf, Words } from './protocol.js';
import type { Recorded, Recordings } from './recordings/recordings.js';
import type { Replays } from './replays.js';
import type { WordReader, WordReaders } from './word-readers.js';

/** Who may sit in a call: all that a room needs to know of an authenticated socket. */
export interface Occupant extends WordReader {
  readonly caller: Caller;
  /** Digests of all access tokens that it was held with; the caller's alone if not given. */
  readonly tokens?: readonly string[];
  /** The participant id to join with. */
  participantId(): string;
  /** A seat was taken; undefined: it is gone. */
  seat(member: Member | undefined): void;
  /** Runs `task` when the answer to the running request is on its way. */
  afterResponse(task: () => void): void;
  /** The same person took the seat from another socket. */
  replaced(): void;
}

export interface Member {
  readonly participant: Participant;
  readonly room: CallRoom;
  /** What the person calls themselves; shown to the others, never logged. */
  readonly name: string;
  readonly occupant: Occupant;
}

export interface CallRoomDeps extends Pick<BulkheadDeps, 'meter'>, SeatLimits {
  logger: Logger;
  audit: AuditLog;
  /** Those outside who may read words. */
  wordReaders: WordReaders;
  moderation: Moderation;
  recordings: Recordings;
  replays: Replays;
  /** Of recognised words; null: not known. */
  language: string | null;
  /** The person is analysed in this room for a call in another application. */
  attached: (participant: string) => boolean;
  blocked: BlockedGauge;
  clock: () => number;
  /** The number of members changed. */
  onMembers: (by: 1 | -1) => void;
}

/** The signalling side of a room: who sits in it, and telling the others what each of them does. */
export class CallRoom {
  readonly room: Room;
  readonly #deps: CallRoomDeps;
  readonly #members = new Map<string, Member>();
  readonly #mediaNews: MediaNews;
  /** The one who leaves is followed by another at once: the room must not close for being empty. */
  #takingOver = false;

  constructor(room: Room, deps: CallRoomDeps) {
    this.room = room;
    this.#deps = deps;
    this.#mediaNews = new MediaNews((notification) => this.broadcast(notification), deps);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Who sits in it. */
  get roster(): ResultOf<'roster'>['participants'] {
    return [...this.#members.values()].map(({ participant, name }) => {
      return { participant: participant.id, name, consent: participant.agreement.consent };
    });
  }

  /** Those whom a recording asks. */
  get recorded(): Recorded[] {
    return [...this.#members.values()].map(recordedOf);
  }

  nameOf(participant: string): string | undefined {
    return this.#members.get(participant)?.name;
  }

  /** Seats that are taken from an address. */
  seatsFrom(address: string): number {
    return [...this.#members.values()].filter(({ occupant }) => occupant.caller.address === address).length;
  }

  /**
   * Takes a seat for the occupant and tells the others. A seat that the same identity holds already is taken over: after a
   * lost connection the old one may not have timed out yet.
   * @param who.id the id of the seat that is taken again; the occupant's own if not given
   * @returns the seat and the others
   * @throws EmostreamError LIMIT_REACHED, WRONG_STATE, FORBIDDEN to whom a moderator removed, or the room's
   */
  async seat(
    occupant: Occupant,
    who: { name: string; rtpCapabilities: unknown; agreement: Agreement; id?: string | undefined },
  ): Promise<{ member: Member; peers: Peer[] }> {
    const id = who.id ?? occupant.participantId();
    if (this.#deps.attached(id)) {
      throw new EmostreamError('WRONG_STATE', 'this participant is attached to the room by another application');
    }
    // They may have been removed since they were let in, while their request was on its way.
    const { tokens = [occupant.caller.token] } = occupant;
    this.#deps.moderation.assertMaySit({ room: this.room.id, participant: id, tokens });
    this.#takeOver(id);
    const callers = [...this.#members.values()].map((member) => member.occupant.caller);
    assertFewSeats(occupant.caller, callers, this.#deps);
    this.#deps.replays.liveComes(this.room.id);
    const participant = this.room.join(id, who.rtpCapabilities);
    const member: Member = { participant, room: this, name: who.name, occupant };
    const peers = [...this.#members.values()].map(describe);
    this.#members.set(id, member);
    occupant.seat(member);
    this.#deps.onMembers(1);
    this.#follow(member);
    const stopped = this.#deps.moderation.isStopped(this.moderated(member));
    const agreement = stopped ? NO_AGREEMENT : who.agreement;
    const opened = participant.setConsent(agreement.consent, agreement.showWords);
    occupant.afterResponse(() => {
      if (stopped) occupant.notify({ type: 'analysisAllowed', participant: id, allowed: false });
      for (const standing of this.#mediaNews.standing()) occupant.notify(standing);
      this.#deps.recordings.ask(this.room.id, recordedOf(member));
    });
    this.#record('join', participant.id, agreement);
    this.broadcast({ type: 'peerJoined', peer: describe(member) }, member);
    await opened;
    return { member, peers };
  }

  /**
   * Changes what of the member is analysed and shown, records it and tells the others.
   * @throws EmostreamError POLICY_FORBIDS where it is more than before, and a moderator stopped their analysis
   */
  async agree(member: Member, agreement: Agreement): Promise<void> {
    const { participant } = member;
    const before = participant.agreement;
    const more = !sameAgreement(agreement, bothAgreements(agreement, before));
    if (more && this.#deps.moderation.isStopped(this.moderated(member))) {
      throw new EmostreamError(
        'POLICY_FORBIDS',
        'a moderator has stopped your analysis: it begins again when they allow it',
      );
    }
    // Before anything is measured under what is agreed to now.
    if (isWithdrawal(before.consent, agreement.consent)) this.#deps.recordings.withdrew(this.room.id, participant.id);
    const opened = participant.setConsent(agreement.consent, agreement.showWords);
    this.#record('consent', participant.id, agreement);
    this.broadcast({ type: 'consentChanged', participant: participant.id, ...agreement }, member);
    const unheard = before.consent.voice && !agreement.consent.voice;
    if (before.showWords && (unheard || !agreement.showWords)) this.#withdrawWords(participant.id);
    await opened;
  }

  /** @throws EmostreamError NOT_FOUND */
  member(participant: string): Member {
    const member = this.#members.get(participant);
    if (!member) throw new EmostreamError('NOT_FOUND', 'participant: nobody of that id is in this room');
    return member;
  }

  /** How a member can be known again. */
  moderated({ participant, occupant }: Member): Moderated {
    const { tokens = [occupant.caller.token] } = occupant;
    return { room: this.room.id, participant: participant.id, tokens };
  }

  /** By a moderator: consent ends, and cannot be given anew until it is allowed again. */
  async stopAnalysis(member: Member): Promise<void> {
    const { id } = member.participant;
    this.#deps.moderation.stopAnalysis(this.moderated(member));
    this.broadcast({ type: 'analysisAllowed', participant: id, allowed: false });
    member.occupant.notify({ type: 'consentChanged', participant: id, ...NO_AGREEMENT });
    await this.agree(member, NO_AGREEMENT);
  }

  /** By a moderator: everybody leaves. */
  end(): void {
    this.broadcast({ type: 'roomEnded', room: this.room.id });
    this.room.close('ended');
  }

  broadcast(notification: Notification, except?: Member): void {
    for (const member of this.#members.values()) if (member !== except) member.occupant.notify(notification);
  }

  #takeOver(id: string): void {
    this.#takingOver = true;
    this.#members.get(id)?.occupant.replaced();
    this.#takingOver = false;
  }

  #follow(member: Member): void {
    const { participant, occupant } = member;
    const tell = (notification: Notification) => this.broadcast(notification, member);
    const id = participant.id;
    const { wrap } = new Bulkhead('participant', { ...this.#deps, close: () => participant.close('failed') });
    participant.on(
      'producerAdded',
      wrap((producer) => tell({ type: 'producerAdded', participant: id, producer })),
    );
    participant.on(
      'producerRemoved',
      wrap((producerId) => tell({ type: 'producerRemoved', participant: id, producerId })),
    );
    participant.on(
      'producerPaused',
      wrap((producerId) => tell({ type: 'producerPaused', participant: id, producerId })),
    );
    participant.on(
      'producerResumed',
      wrap((producerId) => tell({ type: 'producerResumed', participant: id, producerId })),
    );
    participant.on(
      'mediaProblem',
      wrap((told) => this.#mediaNews.changed(participant, told)),
    );
    participant.on(
      'words',
      wrap((words) => this.#tellWords(id, words)),
    );
    participant.on(
      'consumerClosed',
      wrap((consumer) => occupant.notify({ type: 'consumerClosed', ...consumer })),
    );
    participant.once(
      'closed',
      wrap((reason) => this.#onClosed(member, reason)),
    );
  }

  #onClosed(member: Member, reason: ParticipantCloseReason): void {
    const { participant, occupant } = member;
    const { showWords } = participant.agreement;
    this.#members.delete(participant.id);
    this.#mediaNews.left(participant);
    occupant.seat(undefined);
    this.#deps.onMembers(-1);
    this.#record('leave', participant.id, NO_AGREEMENT);
    this.#deps.recordings.left(this.room.id, participant.id);
    if (showWords) this.#withdrawWords(participant.id);
    if (this.room.closed) {
      // The whole room went; when the server closes, everybody is told that by the door.
      if (reason === 'worker-died') occupant.notify({ type: 'roomReset' });
      if (reason === 'removed') occupant.notify({ type: 'peerLeft', participant: participant.id, reason });
      return;
    }
    const told = reason === 'server-closing' || reason === 'worker-died' ? 'removed' : reason;
    const news: Notification = { type: 'peerLeft', participant: participant.id, reason: told };
    this.broadcast(news);
    // Whoever was put out, and not by another socket of their own, does not know it yet.
    if ((reason === 'removed' || reason === 'failed') && !this.#takingOver) occupant.notify(news);
    if (this.#members.size === 0 && !this.#takingOver) this.room.close('empty');
  }

  /** Those in the room and those outside who may, each once. */
  get #readers(): Set<WordReader> {
    const members = [...this.#members.values()].map(({ occupant }) => occupant);
    return new Set<WordReader>([...members, ...this.#deps.wordReaders.of(this.room.id)]);
  }

  #tellWords(participant: string, said: ShownWords): void {
    const language = said.source === 'voice' ? this.#deps.language : null;
    const words: Words = { type: 'words', room: this.room.id, participant, ...said, language };
    const line = JSON.stringify(words);
    for (const reader of this.#readers) reader.words(line);
  }

  #withdrawWords(participant: string): void {
    for (const reader of this.#readers) reader.notify({ type: 'wordsWithdrawn', room: this.room.id, participant });
  }

  #record(event: AuditRecord['event'], participant: string, agreement: Agreement): void {
    const { audit, clock } = this.#deps;
    audit.write({ event, room: this.room.id, participant, ...agreement, atMs: clock() });
  }
}

const recordedOf = ({ participant, occupant }: Member): Recorded => {
  return { participant: participant.id, notify: (notification) => occupant.notify(notification) };
};

function describe({ participant, name }: Member): Peer {
  return { participant: participant.id, name, ...participant.agreement, producers: participant.producers };
}
