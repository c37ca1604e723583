import { EmostreamError } from '../../common/errors.js';
import { captionTimes } from '../captions.js';
import { withinPolicy } from '../services.js';
import type { Handler } from './handler.js';

export const setConsent: Handler<'setConsent'> = async (request, session) => {
  const { member } = session;
  const consent = withinPolicy(request.consent, session.services.policy);
  await member.room.setConsent(member, consent);
  return { consent };
};

export const caption: Handler<'caption'> = (request, session, arrivalMs) => {
  const { participant } = session.member;
  if (!session.services.policy.words) {
    throw new EmostreamError('POLICY_FORBIDS', 'this server does not analyse words (allowWords)');
  }
  participant.caption({ text: request.text, ...captionTimes(request, arrivalMs), arrivalMs });
  return {};
};
