import { type Agreement, NO_AGREEMENT } from '../common/consent.js';
import type { Request, RequestType } from './protocol.js';

/** What a person may always do: be heard, seen and analysed less. */
const TAKES_BACK: ReadonlySet<RequestType> = new Set<RequestType>([
  'leave',
  'unsubscribe',
  'pauseProducer',
  'closeProducer',
  'stopRecording',
  'endReplay',
  // Nor what shows another token.
  'renew',
]);

/** What it takes to come back into a seat that is only kept. */
const COMES_BACK: ReadonlySet<RequestType> = new Set<RequestType>([
  'getRouterCapabilities',
  'join',
  'createTransport',
  'connectTransport',
  'restartIce',
  'produce',
  'resumeProducer',
  'consume',
  'resumeConsumer',
]);

/** What a socket that a seat's ticket opened may still ask after the token's end. */
export const comesBack = ({ type }: Request): boolean => COMES_BACK.has(type);

/**
 * Whether a request asks for nothing that an access token must grant. Withdrawing consent is possible also after the
 * token's end; giving it, in any part, is not.
 * @param agreed what the one who asks has agreed to so far
 */
export function needsNoGrant(request: Request, { consent, showWords }: Agreement = NO_AGREEMENT): boolean {
  if (request.type === 'agreeToRecording') return !request.agreed;
  if (request.type !== 'setConsent') return TAKES_BACK.has(request.type);
  const { face, voice, words } = request.consent;
  if (request.showWords && !showWords) return false;
  return (!face || consent.face) && (!voice || consent.voice) && (!words || consent.words);
}
