import { type Agreement, bothAgreements, sameAgreement } from '../../common/consent.js';
import type { ConsentState } from '../../common/consent-handle.js';
import { EmostreamError } from '../../common/errors.js';
import { consentingSubject } from '../grants.js';
import type { Guest } from '../guest.js';
import { HttpFailure } from '../http-json.js';
import { consentRequestSchema } from '../protocol.js';
import { matchesTag } from './if-match.js';

/** The entity tag of a generation. */
export const consentTag = ({ generation }: Pick<ConsentState, 'generation'>): string => `"${generation}"`;

/**
 * Makes this the session's consent. What it takes away needs nothing and is done first; what it gives must be the subject's own, and build
 * on the generation that the client has read (`If-Match`), so that a request that comes late cannot undo a withdrawal.
 * @throws EmostreamError FORBIDDEN, RATE_LIMITED, UNAUTHENTICATED, or an HttpFailure (428, 412)
 */
export async function putConsent(guest: Guest, body: unknown, ifMatch: string | undefined): Promise<ConsentState> {
  const parsed = consentRequestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EmostreamError('BAD_MESSAGE', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'wrong'}`);
  }
  const { recording } = parsed.data;
  const wanted: Agreement = { consent: parsed.data.consent, showWords: parsed.data.showWords };
  if (!recording) guest.agreeToRecording(false);
  const before = guest.consent.state;
  const kept = bothAgreements(wanted, before);
  const taking = sameAgreement(kept, before) ? undefined : guest.consent.set(kept);
  // It is taken away already. Whoever withdraws while that is waited for is not undone below.
  const { generation } = guest.consent.state;
  await taking;
  if (sameAgreement(wanted, kept) && !recording) return guest.consent.state;
  consentingSubject(guest.identity);
  if (ifMatch === undefined) {
    throw new HttpFailure(428, 'BAD_MESSAGE', 'If-Match: giving consent needs the ETag of the consent it builds on');
  }
  if (!matchesTag(ifMatch, consentTag(before)) || guest.consent.state.generation !== generation) {
    throw new HttpFailure(412, 'WRONG_STATE', 'If-Match: consent was withdrawn meanwhile; read it, and ask the person');
  }
  const state = await guest.consent.set(wanted);
  if (recording) guest.agreeToRecording(true);
  return state;
}
