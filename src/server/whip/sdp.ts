import { EmostreamError } from '../../common/errors.js';

/** One `a=` line: `a=name` or `a=name:value` (RFC 8866 §5.13). */
export interface SdpAttribute {
  name: string;
  /** Empty where the attribute is a flag. */
  value: string;
}

/** A media description (RFC 8866 §5.14). */
export interface SdpMedia {
  kind: string;
  port: number;
  proto: string;
  formats: string[];
  attributes: SdpAttribute[];
}

/** As much of a session description as an offer needs: everything but attributes and media is passed over. */
export interface Sdp {
  attributes: SdpAttribute[];
  media: SdpMedia[];
}

/** Browsers send up to some 400 lines, of up to some 200 characters. */
export const MAX_LINES = 2000;
const MAX_LINE_CHARACTERS = 1024;
const MAX_MEDIA = 16;
const MAX_FORMATS = 128;

/**
 * Reads a session description. Our own and not a library's: this text comes from strangers, and what is read of it is little; each line
 * is cut by position, so that none takes longer than its length.
 * @throws EmostreamError BAD_MESSAGE
 */
export function parseSdp(text: string): Sdp {
  const lines = linesOf(text);
  // RFC 8866 §5: these come first, in this order.
  if (lines[0] !== 'v=0' || !lines[1]?.startsWith('o=') || !lines[2]?.startsWith('s=')) {
    bad('it begins with v=0, o= and s= (RFC 8866, section 5)');
  }
  return parseFragment(lines.slice(3));
}

/**
 * What follows those three lines; a fragment (RFC 8840 §9) is nothing else.
 * @throws EmostreamError BAD_MESSAGE
 */
export function parseFragment(lines: readonly string[]): Sdp {
  const sdp: Sdp = { attributes: [], media: [] };
  for (const line of lines) {
    const value = line.slice(2);
    if (line.startsWith('m=')) {
      if (sdp.media.length >= MAX_MEDIA) bad(`${MAX_MEDIA} m= lines at most`);
      sdp.media.push(parseMedia(value));
    } else if (line.startsWith('a=')) {
      (sdp.media.at(-1) ?? sdp).attributes.push(parseAttribute(value));
    }
  }
  return sdp;
}

/**
 * Lines end with CRLF; a bare LF is taken too (RFC 8866 §5).
 * @throws EmostreamError BAD_MESSAGE
 */
export function linesOf(text: string): string[] {
  const lines = text.split('\n', MAX_LINES + 1).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.length > MAX_LINES) bad(`${MAX_LINES} lines at most`);
  // The last line's end, and empty ones that some clients add.
  while (lines.at(-1) === '') lines.pop();
  for (const [index, line] of lines.entries()) {
    if (line.length > MAX_LINE_CHARACTERS) bad(`line ${index + 1} has more than ${MAX_LINE_CHARACTERS} characters`);
    if (!/^[a-z]=/.test(line)) bad(`line ${index + 1} is not of the form x=…`);
    // No control character: what is read goes into lines of ours.
    if (/\p{Cc}/u.test(line)) bad(`line ${index + 1} has a control character`);
  }
  return lines;
}

/** Values of an attribute, in their order. */
export function valuesOf({ attributes }: Pick<SdpMedia, 'attributes'>, name: string): string[] {
  return attributes.filter((attribute) => attribute.name === name).map(({ value }) => value);
}

/** The first value of an attribute. */
export const valueOf = (section: Pick<SdpMedia, 'attributes'>, name: string): string | undefined =>
  valuesOf(section, name)[0];

export const hasFlag = (section: Pick<SdpMedia, 'attributes'>, name: string): boolean =>
  valueOf(section, name) !== undefined;

function parseMedia(value: string): SdpMedia {
  const [kind = '', port = '', proto = '', ...formats] = value.split(' ');
  // "port/number of ports" is for layered encodings, which WebRTC has not.
  if (!/^[a-z]+$/.test(kind) || !/^\d{1,5}$/.test(port) || proto === '')
    bad('an m= line is "m=kind port proto format …"');
  if (formats.length > MAX_FORMATS) bad(`${MAX_FORMATS} formats of an m= line at most`);
  return { kind, port: Number(port), proto, formats, attributes: [] };
}

function parseAttribute(text: string): SdpAttribute {
  const colon = text.indexOf(':');
  return colon < 0 ? { name: text, value: '' } : { name: text.slice(0, colon), value: text.slice(colon + 1) };
}

function bad(what: string): never {
  throw new EmostreamError('BAD_MESSAGE', `SDP: ${what}`);
}
