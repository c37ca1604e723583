import { bothConsent, sameConsent } from '../../common/consent.js';
import { EmostreamError } from '../../common/errors.js';
import { captionTimes } from '../captions.js';
import { withinPolicy } from '../services.js';
import type { Handler } from './handler.js';

export const setConsent: Handler<'setConsent'> = async (request, session) => {
  const { member } = session;
  const { participant } = member;
  // What it takes away was taken away when the message came (Session.withdraw).
  const consent = withinPolicy(request.consent, session.services.policy);
  if (!sameConsent(consent, bothConsent(consent, participant.consent))) session.costs.grant();
  if (!sameConsent(consent, participant.consent)) await member.room.setConsent(member, consent);
  return { consent: participant.consent };
};

export const caption: Handler<'caption'> = (request, session, arrivalMs) => {
  const { participant } = session.member;
  if (!session.services.policy.words) {
    throw new EmostreamError('POLICY_FORBIDS', 'this server does not analyse words (allowWords)');
  }
  session.costs.caption(request);
  participant.caption({ text: request.text, ...captionTimes(request, arrivalMs), arrivalMs });
  return {};
};
