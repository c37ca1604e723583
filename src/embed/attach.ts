import { filter, fromEvent, map, type Observable, takeUntil } from 'rxjs';
import type { Agreement } from '../common/consent.js';
import type { ConsentHandle } from '../common/consent-handle.js';
import { EmostreamError } from '../common/errors.js';
import type { EventBus } from '../events/bus.js';
import { participantIdSchema, type RoomEvent, roomIdSchema } from '../events/schema.js';
import type { AttachedMember, Attachments } from '../server/index.js';
import type { CloseReason, ShownWords } from '../sfu/types.js';
import type { Attachment, AttachOptions, Given } from './attachment.js';
import { asProducer, asRouter, type MediaProducer } from './media-application.js';
import { observeRoom } from './observe-room.js';

export interface AttachDeps {
  attachments: Attachments;
  bus: EventBus;
  clock: () => number;
}

/** @throws EmostreamError BAD_MESSAGE, UNSUPPORTED_MEDIA, WRONG_STATE or CLOSED; nothing is attached then */
export async function attachTo(deps: AttachDeps, options: AttachOptions): Promise<Attachment> {
  const room = checked(roomIdSchema.safeParse(options.room), 'room');
  const participant = checked(participantIdSchema.safeParse(options.participant), 'participant');
  const router = asRouter(options.router);
  const member = deps.attachments.attach({ room, participant, name: options.name ?? null, router });
  const attachment = new OpenAttachment(deps, member);
  try {
    for (const producer of options.producers ?? []) await attachment.add(producer);
    // After the producers: were one of them refused, nothing would have been analysed.
    await member.consent.set(agreementOf(options.consent ?? {}));
    return attachment;
  } catch (error) {
    attachment.close();
    throw error;
  }
}

class OpenAttachment implements Attachment {
  readonly events$: Observable<RoomEvent>;
  readonly words$: Observable<ShownWords>;
  readonly closed: Promise<CloseReason>;
  readonly #deps: AttachDeps;
  readonly #member: AttachedMember;

  constructor(deps: AttachDeps, member: AttachedMember) {
    const closed$ = fromEvent(member.participant, 'closed');
    this.#deps = deps;
    this.#member = member;
    this.events$ = observeRoom(deps.bus, member.room).pipe(
      filter(({ participant }) => participant === this.participant),
      takeUntil(closed$),
    );
    this.words$ = fromEvent(member.participant, 'words').pipe(
      map((words) => words as ShownWords),
      takeUntil(closed$),
    );
    this.closed = new Promise((resolve) => member.participant.once('closed', resolve));
  }

  get room(): string {
    return this.#member.room;
  }

  get participant(): string {
    return this.#member.participant.id;
  }

  get consent(): ConsentHandle {
    return this.#member.consent;
  }

  agreeToRecording(agreed: boolean): void {
    // Only `true` is a yes.
    this.#member.agreeToRecording(agreed === true);
  }

  async add(producer: MediaProducer): Promise<void> {
    await this.#member.participant.add(asProducer(producer));
  }

  remove({ id }: { id: string }): void {
    this.#member.participant.remove(id);
  }

  caption(words: { text: string; startMs: number; endMs: number }): void {
    this.#member.caption(words, this.#deps.clock());
  }

  close(): void {
    this.#member.close('left');
  }
}

/** Only `true` is a yes: what came over a network as text, or as 1, is none. */
function agreementOf({ face, voice, words, showWords }: Given): Agreement {
  return {
    consent: { face: face === true, voice: voice === true, words: words === true },
    showWords: showWords === true,
  };
}

function checked<T>(
  parsed: { success: true; data: T } | { success: false; error: { issues: { message: string }[] } },
  field: string,
): T {
  if (parsed.success) return parsed.data;
  throw new EmostreamError('BAD_MESSAGE', `${field}: ${parsed.error.issues[0]?.message ?? 'wrong'}`);
}
