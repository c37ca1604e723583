import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import { EmostreamError } from '../../common/errors.js';
import type { AuditLog } from '../audit-log.js';
import type { Notification } from '../protocol.js';
import { Recording } from './recording.js';

/** Somebody in a room, as far as a recording concerns them. */
export interface Recorded {
  participant: string;
  notify(notification: Notification): void;
}

export interface RecordingsDeps {
  audit: AuditLog;
  clock: Clock;
  /** Time constant of the smoothed scores, ms. */
  smoothingMs: number;
  /** Whoever is in a room. */
  members: (room: string) => Iterable<Recorded>;
}

/** Where what is recorded goes. */
export interface RecordingSink {
  /** What of this person still waits to be sent must not be. */
  leftOut(participant: string): void;
  /** Nobody is in the room any more. */
  emptied(): void;
  /** Whoever records it lost their connection, it seems, and begins anew. */
  replaced(): void;
}

interface Running {
  recording: Recording;
  sink: RecordingSink;
  by: string;
}

/** People who declared at a door where nobody is asked that recordings may hold them; past it the first is forgotten. */
const MAX_DECLARED = 10_000;

/**
 * Which rooms are recorded, and who agreed to that: one recording a room at a time. To be recorded is agreed to apart from being
 * analysed, by each person, for this one recording; whoever says nothing does not agree. It ends with their seat, with whatever they
 * withdraw of their consent to analysis, and with the recording.
 */
export class Recordings {
  readonly #deps: RecordingsDeps;
  readonly #running = new Map<string, Running>();
  readonly #declared = new Set<string>();

  constructor(deps: RecordingsDeps) {
    this.#deps = deps;
  }

  of(room: string): Recording | undefined {
    return this.#running.get(room)?.recording;
  }

  /**
   * Everybody in the room is asked.
   * @param by whoever began it, as the audit log names them
   * @throws EmostreamError WRONG_STATE where the room is recorded already
   */
  begin(room: string, by: string, sink: RecordingSink): Recording {
    const old = this.#running.get(room);
    if (old?.by === by) old.sink.replaced();
    if (this.#running.has(room)) throw recordedAlready();
    const id = randomBytes(9).toString('base64url');
    const recording = new Recording({ id, room, smoothingMs: this.#deps.smoothingMs });
    this.#running.set(room, { recording, sink, by });
    this.#record('recording-begun', room, null, by);
    for (const member of this.#deps.members(room)) this.ask(room, member);
    return recording;
  }

  /** It is over. Ending twice is no mistake. */
  end(recording: Recording): void {
    const { room } = recording;
    const running = this.#running.get(room);
    if (running?.recording !== recording) return;
    this.#running.delete(room);
    this.#record('recording-ended', room, null, running.by);
    for (const { notify } of this.#deps.members(room)) notify(news(room, undefined, false));
  }

  /** Somebody is here (by now): where the room is recorded they are told, and asked. */
  ask(room: string, { participant, notify }: Recorded): void {
    const running = this.#running.get(room);
    if (!running) return;
    if (this.#declared.has(keyOf(room, participant))) this.#agree(running, participant);
    notify(news(room, running.recording, running.recording.holds(participant)));
  }

  /**
   * Somebody's answer, at any time. Not to be recorded is possible whatever runs.
   * @param id of the recording that they were asked about
   * @returns whether they are recorded from now on
   * @throws EmostreamError WRONG_STATE where they agree to a recording that does not run
   */
  answer(room: string, participant: string, id: string, agreed: boolean): boolean {
    const running = this.#running.get(room);
    if (!agreed) this.#leaveOut(room, participant);
    else if (running?.recording.id !== id) {
      throw new EmostreamError('WRONG_STATE', 'recording: that one is over; nobody was asked about another');
    } else this.#agree(running, participant);
    return agreed;
  }

  /** At a door where nobody can be asked: whether recordings may hold them, until they leave or withdraw. */
  declare(room: string, participant: string, agreed: boolean): void {
    const key = keyOf(room, participant);
    this.#declared.delete(key);
    if (!agreed) {
      this.#leaveOut(room, participant);
      return;
    }
    this.#declared.add(key);
    const [first] = this.#declared;
    if (this.#declared.size > MAX_DECLARED && first !== undefined) this.#declared.delete(first);
    const running = this.#running.get(room);
    if (running) this.#agree(running, participant);
  }

  /** They withdrew consent to analysis, in whole or in part: what they agreed to is not what it was. */
  withdrew(room: string, participant: string): void {
    this.#declared.delete(keyOf(room, participant));
    const running = this.#running.get(room);
    if (!running || !this.#leaveOut(room, participant)) return;
    for (const member of this.#deps.members(room)) {
      if (member.participant === participant) member.notify(news(room, running.recording, false));
    }
  }

  /** Their seat is gone. */
  left(room: string, participant: string): void {
    this.#declared.delete(keyOf(room, participant));
    this.#leaveOut(room, participant);
  }

  /** Somebody left for whom nobody took the place: to be called when they are gone. */
  emptied(room: string): void {
    const [anybody] = this.#deps.members(room);
    if (!anybody) this.#running.get(room)?.sink.emptied();
  }

  #agree({ recording }: Running, participant: string): void {
    if (!recording.agree(participant, this.#deps.clock())) return;
    this.#record('recording-agreed', recording.room, participant, participant);
  }

  #leaveOut(room: string, participant: string): boolean {
    const running = this.#running.get(room);
    if (!running?.recording.leaveOut(participant)) return false;
    running.sink.leftOut(participant);
    this.#record('recording-refused', room, participant, participant);
    return true;
  }

  #record(
    event: 'recording-begun' | 'recording-ended' | 'recording-agreed' | 'recording-refused',
    room: string,
    participant: string | null,
    by: string,
  ): void {
    const { audit, clock } = this.#deps;
    audit.write({ event, room, participant, by, atMs: clock() });
  }
}

/** One recording a room at a time. */
export const recordedAlready = (): EmostreamError =>
  new EmostreamError('WRONG_STATE', 'this room is recorded already: one recording a room at a time');

/** Ids of rooms have no space. */
const keyOf = (room: string, participant: string): string => `${room} ${participant}`;

/** What somebody is told: that the room is recorded, not by whom; and how they answered, nobody else. */
const news = (room: string, recording: Recording | undefined, agreed: boolean): Notification => {
  return { type: 'recording', room, recording: recording?.id ?? null, agreed };
};
