import { type IceCredentials, readIce } from './offer.js';
import { linesOf, parseFragment, valueOf } from './sdp.js';

/** What the client says about its ICE in a PATCH (RFC 9725 §4.3.1). */
export interface IcePatch {
  /** Undefined where none are told: then it is about the ICE session of now. */
  credentials: IceCredentials | undefined;
}

/**
 * Reads a body of type application/trickle-ice-sdpfrag (RFC 8840 §9). Its candidates need not be kept: an ICE-lite server answers the
 * checks that come and makes none (RFC 8445 §2.5).
 * @throws EmostreamError BAD_MESSAGE
 */
export function readIcePatch(text: string): IcePatch {
  const { attributes, media } = parseFragment(linesOf(text));
  const sections = [{ attributes }, ...media];
  const tells = sections.some((section) =>
    ['ice-ufrag', 'ice-pwd'].some((name) => valueOf(section, name) !== undefined),
  );
  return { credentials: tells ? readIce(...sections) : undefined };
}
