import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { type Agreement, type Consent, isWithdrawal, NO_AGREEMENT } from '../common/consent.js';
import { ConsentHandle } from '../common/consent-handle.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import {
  type Analyser,
  AttachedParticipant,
  type CloseReason,
  type ShownWords,
  type TapCounter,
} from '../sfu/index.js';
import type { AuditLog } from './audit-log.js';
import { captionTimes } from './captions.js';
import type { Moderation } from './moderation.js';
import { captionTextSchema, type Notification, type ResultOf, type Words } from './protocol.js';
import type { Recorded, Recordings } from './recordings/recordings.js';
import type { Replays } from './replays.js';
import type { WordReaders } from './word-readers.js';

export interface AttachmentsDeps {
  analyser: Analyser;
  audit: AuditLog;
  /** What may be analysed at all. */
  policy: Consent;
  wordReaders: WordReaders;
  moderation: Moderation;
  recordings: Recordings;
  replays: Replays;
  /** Of recognised words; null: not known. */
  language: string | null;
  tapCounter: TapCounter;
  /** A seat of a call of ours is taken under that id. */
  seated: (room: string, participant: string) => boolean;
  clock: Clock;
  meter: Meter;
  logger: Logger;
}

export interface AttachRequest {
  room: string;
  participant: string;
  /** What subscribers who may see names are told; null: nothing. */
  name: string | null;
  /** Of another application. */
  router: types.Router;
}

/** Somebody of another application, in a room of ours. */
export class AttachedMember {
  readonly room: string;
  readonly name: string | null;
  readonly participant: AttachedParticipant;
  readonly consent: ConsentHandle;
  readonly #recordings: Recordings;

  constructor(
    request: AttachRequest,
    participant: AttachedParticipant,
    consent: ConsentHandle,
    recordings: Recordings,
  ) {
    this.#recordings = recordings;
    this.room = request.room;
    this.name = request.name;
    this.participant = participant;
    this.consent = consent;
  }

  /**
   * Words of theirs, with times on this machine's clock, ms.
   * @throws EmostreamError BAD_MESSAGE, CONSENT_REQUIRED or CLOSED
   */
  caption({ text, ...times }: { text: string; startMs: number; endMs: number }, nowMs: number): void {
    const parsed = captionTextSchema.safeParse(text);
    if (!parsed.success) throw new EmostreamError('BAD_MESSAGE', `text: ${parsed.error.issues[0]?.message ?? 'wrong'}`);
    const said = captionTimes({ ...times, sentMs: nowMs }, nowMs);
    this.participant.caption({ text: parsed.data, ...said, arrivalMs: nowMs });
  }

  /** Whether recordings of the room may hold their results, until they leave or withdraw anything. */
  agreeToRecording(agreed: boolean): void {
    if (!this.participant.closed) this.#recordings.declare(this.room, this.participant.id, agreed);
  }

  close(reason: CloseReason = 'left'): void {
    this.participant.close(reason);
  }
}

/** Whoever is analysed here while their call is in another mediasoup application (`attach`): told of, recorded and ended as those in calls of ours are. */
export class Attachments {
  readonly #deps: AttachmentsDeps;
  readonly #rooms = new Map<string, Map<string, AttachedMember>>();
  #closed = false;

  constructor(deps: AttachmentsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    let size = 0;
    for (const members of this.#rooms.values()) size += members.size;
    return size;
  }

  /** Those in a room, by id. */
  of(room: string): ReadonlyMap<string, AttachedMember> {
    return this.#rooms.get(room) ?? new Map<string, AttachedMember>();
  }

  /** Those whom a recording concerns. They are asked by their application, if they are. */
  recorded(room: string): Recorded[] {
    return [...this.of(room).keys()].map((participant) => ({ participant, notify: () => undefined }));
  }

  /** As a subscriber is told who is there. */
  roster(room: string): ResultOf<'roster'>['participants'] {
    return [...this.of(room).values()].map(({ participant, name }) => {
      return { participant: participant.id, name, consent: participant.agreement.consent };
    });
  }

  /**
   * Somebody comes, without consent and without producers.
   * @throws EmostreamError WRONG_STATE where they are in the room already, FORBIDDEN where a moderator removed them, CLOSED, or the
   *   analyser's
   */
  attach(request: AttachRequest): AttachedMember {
    const { room, participant: id, router } = request;
    const { analyser, policy, moderation, logger } = this.#deps;
    if (this.#closed) throw new EmostreamError('CLOSED', 'the server is closing');
    if (router.closed) throw new EmostreamError('CLOSED', 'router: it is closed');
    if (this.of(room).has(id)) {
      throw new EmostreamError('WRONG_STATE', 'this participant is attached to the room already: close that first');
    }
    if (this.#deps.seated(room, id)) {
      throw new EmostreamError('WRONG_STATE', 'this participant sits in a call of that room already');
    }
    moderation.assertNotRemoved(room, { subject: id, digest: '' });
    this.#deps.replays.liveComes(room);
    const analysis = analyser.open({ room, participant: id }, (words) => {
      if (!participant.closed && participant.agreement.showWords) participant.emit('words', words);
    });
    const participant: AttachedParticipant = new AttachedParticipant(id, { ...this.#deps, router, analysis });
    const consent = new ConsentHandle({
      holder: {
        get agreement() {
          return participant.agreement;
        },
        agree: (agreement) => this.#agree(member, agreement),
      },
      policy,
      beforeGiving: () => {
        if (!moderation.isStopped({ room, participant: id, tokens: [] })) return;
        throw new EmostreamError('POLICY_FORBIDS', 'a moderator has stopped the analysis of this participant');
      },
    });
    const member: AttachedMember = new AttachedMember(request, participant, consent, this.#deps.recordings);
    const members = this.#rooms.get(room) ?? new Map<string, AttachedMember>();
    this.#rooms.set(room, members.set(id, member));
    const bulkhead = new Bulkhead('nothing', this.#deps);
    participant.on(
      'mediaProblem',
      bulkhead.wrap(({ source, problem }) =>
        logger.info(
          { participant: id, source, problem },
          problem ? 'a track is not analysed' : 'a track is well again',
        ),
      ),
    );
    participant.on(
      'words',
      bulkhead.wrap((words) => this.#tellWords(member, words)),
    );
    participant.once(
      'closed',
      bulkhead.wrap(() => this.#left(member)),
    );
    this.#record('join', member, NO_AGREEMENT);
    return member;
  }

  close(): void {
    this.#closed = true;
    for (const members of [...this.#rooms.values()])
      for (const member of [...members.values()]) member.close('server-closing');
  }

  #agree(member: AttachedMember, agreement: Agreement): Promise<void> {
    const before = member.participant.agreement;
    if (isWithdrawal(before.consent, agreement.consent)) {
      this.#deps.recordings.withdrew(member.room, member.participant.id);
    }
    const opened = member.participant.setConsent(agreement);
    this.#record('consent', member, member.participant.agreement);
    const unheard = before.consent.voice && !agreement.consent.voice;
    if (before.showWords && (unheard || !agreement.showWords)) this.#withdrawWords(member);
    return opened;
  }

  #left(member: AttachedMember): void {
    const { room, participant, consent } = member;
    const { showWords } = participant.agreement;
    consent.close();
    const members = this.#rooms.get(room);
    members?.delete(participant.id);
    if (members?.size === 0) this.#rooms.delete(room);
    this.#record('leave', member, NO_AGREEMENT);
    this.#deps.recordings.left(room, participant.id);
    this.#deps.recordings.emptied(room);
    if (showWords) this.#withdrawWords(member);
  }

  #tellWords({ room, participant }: AttachedMember, said: ShownWords): void {
    const language = said.source === 'voice' ? this.#deps.language : null;
    const words: Words = { type: 'words', room, participant: participant.id, ...said, language };
    const line = JSON.stringify(words);
    for (const reader of this.#deps.wordReaders.of(room)) reader.words(line);
  }

  #withdrawWords({ room, participant }: AttachedMember): void {
    const news: Notification = { type: 'wordsWithdrawn', room, participant: participant.id };
    for (const reader of this.#deps.wordReaders.of(room)) reader.notify(news);
  }

  #record(event: 'join' | 'leave' | 'consent', { room, participant }: AttachedMember, agreement: Agreement): void {
    const { audit, clock } = this.#deps;
    audit.write({ event, room, participant: participant.id, ...agreement, atMs: clock() });
  }
}
