import { bothAgreements, bothConsent, type Consent, sameAgreement } from '../common/consent.js';
import type { Member } from './call-room.js';
import type { Request, RequestOf, ResultOf } from './protocol.js';
import type { Recordings } from './recordings/recordings.js';
import { withinPolicy } from './services.js';

/** The answer to what asks for nothing more. */
export type Withdrawn = ResultOf<'setConsent' | 'agreeToRecording'> | undefined;

/**
 * Takes away at once what a request takes away of consent: from the seat, and from requests that wait.
 * @returns the answer, if the request asks for nothing more
 */
export function withdraw(
  request: Request,
  waiting: ReadonlySet<Request>,
  member: Member | undefined,
  policy: Consent,
  recordings: Recordings,
): Withdrawn {
  if (request.type === 'agreeToRecording') return leaveOut(request, waiting, member, recordings);
  if (request.type !== 'setConsent') return undefined;
  for (const earlier of waiting) {
    if (!('consent' in earlier)) continue;
    earlier.consent = bothConsent(earlier.consent, request.consent);
    earlier.showWords &&= request.showWords;
  }
  if (!member) return undefined;
  const { participant, room } = member;
  const wanted = withinPolicy(request, policy);
  const kept = bothAgreements(participant.agreement, wanted);
  // Done before it returns; what it waits for is the opening of taps, of which there are none. It fails when the seat is gone.
  if (!sameAgreement(kept, participant.agreement)) room.agree(member, kept).catch(() => undefined);
  return sameAgreement(kept, wanted) ? kept : undefined;
}

/** Who does not agree to be recorded is left out at once. */
function leaveOut(
  { recording, agreed }: RequestOf<'agreeToRecording'>,
  waiting: ReadonlySet<Request>,
  member: Member | undefined,
  recordings: Recordings,
): ResultOf<'agreeToRecording'> | undefined {
  if (agreed || !member) return undefined;
  for (const earlier of waiting) if (earlier.type === 'agreeToRecording') earlier.agreed = false;
  const { participant, room } = member;
  return { agreed: recordings.answer(room.room.id, participant.id, recording, false) };
}
