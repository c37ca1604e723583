import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { writeAnswer } from '../../../src/server/whip/answer.js';
import { iceLinks } from '../../../src/server/whip/ice-links.js';
import { matchesTag } from '../../../src/server/whip/if-match.js';
import { negotiate } from '../../../src/server/whip/negotiate.js';
import { readOffer } from '../../../src/server/whip/offer.js';
import { MAX_LINES, parseSdp } from '../../../src/server/whip/sdp.js';
import { checkRtpParameters } from '../../../src/sfu/rtp-checks.js';
import { offer } from './support/offer.js';

const word = fc.stringMatching(/^[A-Za-z][\w-]{0,12}$/);
const line = fc.oneof(
  fc.tuple(word, fc.stringMatching(/^[\x21-\x7e]{1,40}$/)).map(([name, value]) => `a=${name}:${value}`),
  word.map((name) => `a=${name}`),
  fc
    .tuple(fc.constantFrom('audio', 'video', 'application'), fc.nat(65_535), fc.array(fc.nat(127), { minLength: 1 }))
    .map(([kind, port, formats]) => `m=${kind} ${port} UDP/TLS/RTP/SAVPF ${formats.join(' ')}`),
);

test('sections and their m= lines are read as another reader reads them', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      fc.pre(lines.filter((text) => text.startsWith('m=')).length <= 16);
      const text = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...lines, ''].join(end);
      const ours = parseSdp(text);
      const theirs = parse(text);
      expect(ours.media.map(({ kind, port, proto, formats }) => [kind, port, proto, formats.join(' ')])).toEqual(
        theirs.media.map(({ type, port, protocol, payloads }) => [type, port, protocol, String(payloads)]),
      );
      const attributes = [ours, ...ours.media].flatMap((section) => section.attributes);
      const written = attributes.map(({ name, value }) => `a=${name}${value ? `:${value}` : ''}`);
      expect(written).toEqual(lines.filter((each) => each.startsWith('a=')));
    }),
  );
});

test('whatever text comes is read or refused by its code, in time that grows with its length', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(line, fc.string({ unit: 'binary' }))).map((lines) => ['v=0', 'o=', 's=', ...lines].join('\n')),
  );
  fc.assert(
    fc.property(noise, (text) => {
      try {
        readOffer(text);
      } catch (error) {
        expect(['BAD_MESSAGE', 'UNSUPPORTED_MEDIA']).toContain((error as { code?: string }).code);
      }
    }),
  );
  const many = `v=0\no=\ns=\n${'a=x\n'.repeat(MAX_LINES)}`;
  expect(() => parseSdp(many)).toThrow('lines at most');
  expect(() => parseSdp(`v=0\no=\ns=\na=${'x'.repeat(2000)}`)).toThrow('characters');
  expect(() => parseSdp(`v=0\no=\ns=\n${'m=audio 9 X 0\n'.repeat(17)}`)).toThrow('m= lines');
});

const TRANSPORT = {
  iceParameters: { usernameFragment: 'abcd', password: 'x'.repeat(32) },
  iceCandidates: [],
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
  role: 'passive' as const,
};
const codecs = fc.uniqueArray(
  fc.record({
    payloadType: fc.integer({ min: 0, max: 127 }),
    map: fc.constantFrom(
      'VP8/90000',
      'H264/90000',
      'rtx/90000',
      'VP9/90000',
      'AV1/90000',
      'H265/90000',
      'ulpfec/90000',
      'opus/48000/2',
      'x/1',
    ),
    format: fc.constantFrom(
      '',
      'apt=96',
      'packetization-mode=1;profile-level-id=42e01f',
      'packetization-mode=0',
      'profile-level-id=640032',
    ),
  }),
  { selector: ({ payloadType }) => payloadType, minLength: 1, maxLength: 12 },
);

test('of any codecs one is agreed, with what it needs, that the media server takes; or the offer is refused', () => {
  const outcomes = { agreed: 0, refused: 0 };
  fc.assert(
    fc.property(codecs, fc.boolean(), fc.boolean(), (offered, ssrc, mid) => {
      const text = offer((parts) => {
        parts.audio = null;
        const kept = parts.video!.filter((each) => !/^(m=|a=(rtpmap|fmtp|rtcp-fb|ssrc|extmap))/.test(each));
        parts.video = [
          `m=video 9 UDP/TLS/RTP/SAVPF ${offered.map(({ payloadType }) => payloadType).join(' ')}`,
          ...kept,
          ...offered.flatMap(({ payloadType, map, format }) => [
            `a=rtpmap:${payloadType} ${map}`,
            ...(format ? [`a=fmtp:${payloadType} ${format}`] : []),
            `a=rtcp-fb:${payloadType} nack pli`,
          ]),
          ...(ssrc ? ['a=ssrc:5 cname:c', 'a=ssrc-group:FID 5 6'] : []),
          ...(mid ? ['a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid'] : []),
        ];
      });
      const [media] = readOffer(text).media;
      let agreed;
      try {
        agreed = negotiate(media!);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('UNSUPPORTED_MEDIA');
        outcomes.refused += 1;
        return;
      }
      outcomes.agreed += 1;
      expect(ssrc || mid).toBe(true);
      checkRtpParameters('camera', 'video', agreed.rtpParameters);
      const answer = parse(writeAnswer({ media: [agreed], transport: TRANSPORT, allowMixed: false, sessionId: '1' }));
      const told = answer.media[0]!;
      const [chosen, ...rest] = told.rtp;
      expect(['VP8', 'H264', 'VP9', 'AV1']).toContain(chosen?.codec);
      // What every browser decodes goes before the others, wherever it stands.
      const plain = offered.some(({ map }) => map === 'VP8/90000');
      if (plain) expect(['VP8', 'H264']).toContain(chosen?.codec);
      expect(offered.map(({ payloadType, map }) => `${payloadType} ${map}`)).toContain(
        `${chosen?.payload} ${chosen?.codec}/90000`,
      );
      expect(rest.map(({ codec }) => codec)).toEqual(rest.length > 0 ? ['rtx'] : []);
      for (const { payload } of rest) {
        expect(told.fmtp).toContainEqual({ payload, config: `apt=${chosen?.payload}` });
      }
    }),
  );
  expect(Math.min(outcomes.agreed, outcomes.refused)).toBeGreaterThan(0);
});

test('If-Match is compared strongly', () => {
  expect(matchesTag('"a"', '"a"')).toBe(true);
  expect(matchesTag('"b", "a"', '"a"')).toBe(true);
  expect(matchesTag('*', '"a"')).toBe(true);
  for (const header of ['W/"a"', 'a', '""', '"A"', '']) expect(matchesTag(header, '"a"'), header).toBe(false);
});

test('ICE servers are told as links, with credentials where they have any', () => {
  const links = iceLinks([
    { urls: ['stun:stun.example.net'] },
    { urls: ['turn:t.example', 'turns:t.example'], username: '1:a"b', credential: 'c' },
  ]);
  expect(links).toEqual([
    '<stun:stun.example.net>; rel="ice-server"',
    '<turn:t.example>; rel="ice-server"; username="1:a\\"b"; credential="c"; credential-type="password"',
    '<turns:t.example>; rel="ice-server"; username="1:a\\"b"; credential="c"; credential-type="password"',
  ]);
});
