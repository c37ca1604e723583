import { bothAgreements, sameAgreement } from '../../common/consent.js';
import { EmostreamError } from '../../common/errors.js';
import { captionTimes } from '../captions.js';
import { withinPolicy } from '../services.js';
import type { Handler } from './handler.js';

export const setConsent: Handler<'setConsent'> = async (request, session) => {
  const { member } = session;
  const { participant } = member;
  // What it takes away was taken away when the message came (Session.withdraw).
  const wanted = withinPolicy(request, session.services.policy);
  if (!sameAgreement(wanted, bothAgreements(wanted, participant.agreement))) session.costs.grant();
  if (!sameAgreement(wanted, participant.agreement)) await member.room.agree(member, wanted);
  return participant.agreement;
};

export const caption: Handler<'caption'> = (request, session, arrivalMs) => {
  const { participant } = session.member;
  if (!session.services.policy.words) {
    throw new EmostreamError('POLICY_FORBIDS', 'this server does not analyse words (allowWords)');
  }
  session.costs.caption(request);
  const shown = participant.caption({ text: request.text, ...captionTimes(request, arrivalMs), arrivalMs });
  return { shown };
};
