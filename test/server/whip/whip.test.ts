import { parse } from 'sdp-transform';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ALL, NONE, startServer, type TestServer, gapEvent } from '../support/test-server.js';
import { ICE, offer, type OfferParts, swap } from './support/offer.js';
import { locationOf, WhipRequests } from './support/whip-client.js';

let subject: TestServer;
let whip: WhipRequests;
beforeAll(async () => {
  subject = await startServer({ allowedOrigins: ['https://studio.example'] });
  whip = new WhipRequests(subject);
});
afterAll(() => subject.close());
afterEach(() => {
  for (const room of [...subject.server.rooms.open.values()]) room.room.close('failed');
});

const FRAGMENT = (ufrag: string, pwd: string) =>
  `a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\na=end-of-candidates\r\n`;
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;

/** A sender who is in the room, and somebody who sees them there. */
async function sending(headers: Record<string, string> = {}, claims: { subject?: string } = { subject: 'ada' }) {
  const token = await subject.token({ subscribe: false }, claims);
  const watcher = await subject.connect({ room: 'room' });
  await watcher.join('Watcher');
  const response = await whip.post(token, offer(), headers);
  return { token, watcher, response, location: locationOf(response), answer: await response.text() };
}

describe('an offer', () => {
  test('is answered with 201, a session, an entity tag, and an answer that takes all of it', async () => {
    const { response, answer, location, watcher } = await sending();
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/sdp');
    expect(location).toMatch(/^\/whip\/room\/[\w-]{24}$/);
    expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(response.headers.get('accept-patch')).toBe('application/trickle-ice-sdpfrag');
    expect(response.headers.get('emostream-participant')).toBe('ada');
    const sdp = parse(answer);
    expect(sdp).toMatchObject({ icelite: 'ice-lite', groups: [{ type: 'BUNDLE', mids: '0 1' }] });
    expect(sdp.media).toHaveLength(2);
    const [audio, video] = sdp.media;
    for (const section of sdp.media) {
      expect(section).toMatchObject({ direction: 'recvonly', rtcpMux: 'rtcp-mux', setup: 'passive' });
      expect(section.fingerprint?.type).toBe('sha-256');
    }
    expect(audio?.rtp).toEqual([{ payload: 111, codec: 'opus', rate: 48000, encoding: 2 }]);
    expect(video?.rtp.map(({ payload, codec }) => [payload, codec])).toEqual([
      [96, 'VP8'],
      [97, 'rtx'],
    ]);
    expect(video?.rtcpFb?.map(({ type, subtype }) => [type, subtype ?? ''])).toEqual([
      ['goog-remb', ''],
      ['ccm', 'fir'],
      ['nack', ''],
      ['nack', 'pli'],
    ]);
    // Pictures are to come upright, and no stream is to have a name.
    expect(video?.ext?.map(({ uri }) => uri)).toEqual(['urn:ietf:params:rtp-hdrext:sdes:mid']);
    expect(audio?.candidates?.some(({ transport, type }) => transport === 'udp' && type === 'host')).toBe(true);
    const joined = await watcher.next('peerJoined');
    expect(joined.peer).toMatchObject({ participant: 'ada', name: 'ada', consent: NONE });
    expect((await watcher.next('producerAdded', 1)).participant).toBe('ada');
  });

  const changed: [string, (parts: OfferParts) => void, string][] = [
    ['a microphone alone', (parts) => (parts.video = null), 'audio'],
    ['a camera alone', (parts) => (parts.audio = null), 'video'],
    ['sendrecv', (parts) => (parts.audio = swap(parts.audio, /^a=sendonly/, 'a=sendrecv')), 'audio video'],
    [
      'H.264 first',
      (parts) => (parts.video = swap(parts.video, /^m=/, 'm=video 9 UDP/TLS/RTP/SAVPF 103 96')),
      'audio video',
    ],
    ['a server of DTLS', (parts) => (parts.audio = swap(parts.audio, /^a=setup/, 'a=setup:passive')), 'audio video'],
    ['a client that is one', (parts) => (parts.audio = swap(parts.audio, /^a=setup/, 'a=setup:active')), 'audio video'],
    ['streams told by mid', (parts) => (parts.video = swap(parts.video, /^a=ssrc/, null)), 'audio video'],
  ];
  test.each(changed)('with %s is taken', async (name, change, kinds) => {
    const token = await subject.token();
    const response = await whip.post(token, offer(change));
    expect(response.status).toBe(201);
    const sdp = parse(await response.text());
    expect(sdp.media.map(({ type }) => type).join(' ')).toBe(kinds);
    expect(sdp.media[0]?.setup).toBe(name === 'a server of DTLS' ? 'active' : 'passive');
    if (name === 'H.264 first') {
      expect(sdp.media[1]?.rtp.map(({ codec }) => codec)).toEqual(['H264']);
      expect(sdp.media[1]?.fmtp[0]?.config).toContain('profile-level-id=42001f');
    }
    await whip.send('DELETE', locationOf(response), token);
  });

  const codec = (...maps: string[]) =>
    offer((parts) => {
      const others = swap(parts.video, /^a=(rtpmap|fmtp|rtcp-fb|ssrc-group)/, null)!;
      const formats = maps
        .map((map, i) => [`a=rtpmap:${i + 100} ${map}/90000`, `a=rtcp-fb:${i + 100} nack pli`])
        .flat();
      const line = `m=video 9 UDP/TLS/RTP/SAVPF ${maps.map((_, i) => i + 100).join(' ')}`;
      parts.video = swap([...others, ...formats], /^m=/, line);
    });
  test.each([
    [['VP9'], 'VP9'],
    [['AV1'], 'AV1'],
    [['H265', 'AV1', 'VP9'], 'AV1'],
    // What every browser of the room decodes goes before what its sender prefers.
    [['AV1', 'VP9', 'VP8'], 'VP8'],
    [['VP9', 'VP8', 'AV1'], 'VP8'],
  ])('of %j is answered with %s', async (offered, chosen) => {
    const token = await subject.token();
    const response = await whip.post(token, codec(...offered));
    expect(response.status).toBe(201);
    expect(parse(await response.text()).media[1]?.rtp.map((one) => one.codec)).toEqual([chosen]);
    await whip.send('DELETE', locationOf(response), token);
  });

  test.each([
    ['H.265 alone', codec('H265')],
    ['VP9 of ten bits alone', codec('VP9').replace('nack pli\r\n', 'nack pli\r\na=fmtp:100 profile-id=2\r\n')],
    ['AV1 of full colour alone', codec('AV1').replace('nack pli\r\n', 'nack pli\r\na=fmtp:100 profile=1\r\n')],
  ])('of %s is refused with a code', async (_name, sdp) => {
    const response = await whip.post(await subject.token(), sdp);
    expect(response.status).toBe(406);
    expect(await codeOf(response)).toBe('UNSUPPORTED_MEDIA');
  });

  test('of simulcast gets an answer without: its first encoding comes', async () => {
    const token = await subject.token();
    const response = await whip.post(
      token,
      offer((parts) => {
        parts.video = [
          ...(swap(parts.video, /^a=ssrc/, null) ?? []),
          'a=rid:h send',
          'a=rid:l send',
          'a=simulcast:send h;l',
        ];
      }),
    );
    expect(response.status).toBe(201);
    const answer = await response.text();
    expect(answer).not.toMatch(/simulcast|a=rid/);
  });

  const refused: [string, number, (parts: OfferParts) => void][] = [
    ['two cameras', 406, (parts) => (parts.audio = swap(parts.video, /^a=mid/, 'a=mid:0'))],
    ['a data channel', 406, (parts) => (parts.audio = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:0'])],
    ['no codec of ours', 406, (parts) => (parts.video = swap(parts.video, /^a=rtpmap/, 'a=rtpmap:96 H265/90000'))],
    ['no bundle', 406, (parts) => (parts.session = swap(parts.session, /^a=group/, null)!)],
    ['no rtcp-mux', 406, (parts) => (parts.video = swap(parts.video, /^a=rtcp-mux/, null))],
    ['a section to receive', 406, (parts) => (parts.video = swap(parts.video, /^a=sendonly/, 'a=recvonly'))],
    [
      'a section switched off',
      406,
      (parts) => (parts.video = swap(parts.video, /^m=/, 'm=video 0 UDP/TLS/RTP/SAVPF 96')),
    ],
    ['plain RTP', 406, (parts) => (parts.video = swap(parts.video, /^m=/, 'm=video 9 RTP/AVP 96'))],
    ['ICE-lite', 406, (parts) => parts.session.push('a=ice-lite')],
    [
      'streams that nothing tells apart',
      406,
      (parts) => (parts.video = swap(swap(parts.video, /^a=ssrc/, null), /sdes:mid/, null)),
    ],
    ['no ICE', 400, (parts) => (parts.audio = swap(parts.audio, /^a=ice-pwd/, null))],
    ['no fingerprint', 400, (parts) => (parts.audio = swap(parts.audio, /^a=fingerprint/, null))],
    ['a wrong fingerprint', 400, (parts) => (parts.audio = swap(parts.audio, /^a=finger/, 'a=fingerprint:sha-256 AA'))],
    ['no m= line', 400, (parts) => (parts.audio = parts.video = null)],
    ['no version', 400, (parts) => parts.session.shift()],
    ['a control character', 400, (parts) => parts.session.push('a=x:\u0001')],
  ];
  test.each(refused)('with %s is refused whole (%d), and nobody is let in', async (_name, status, change) => {
    const response = await whip.post(await subject.token(), offer(change));
    expect(response.status, await response.clone().text()).toBe(status);
    expect(await codeOf(response)).toBe(status === 406 ? 'UNSUPPORTED_MEDIA' : 'BAD_MESSAGE');
    expect(subject.server.rooms.open.size).toBe(0);
  });

  test('needs a token that lets publish in this room, its content type, and a modest size', async () => {
    const token = await subject.token();
    const statuses = async (...responses: Promise<Response>[]) => (await Promise.all(responses)).map((r) => r.status);
    expect(
      await statuses(
        whip.post(undefined, offer()),
        whip.post('a.b.c', offer()),
        whip.post(await subject.token({ publish: false }), offer()),
        whip.post(await subject.token({ room: 'other' }), offer()),
        whip.post(token, offer(), { 'content-type': 'application/json' }),
        whip.post(token, `${offer()}${'a=x:y\r\n'.repeat(20_000)}`),
        whip.post(token, offer(), {}, 'a.room'),
      ),
    ).toEqual([401, 401, 403, 403, 415, 413, 404]);
    expect((await whip.post(undefined, offer())).headers.get('www-authenticate')).toBe('Bearer');
    expect(subject.server.rooms.open.size).toBe(0);
  });
});

test('methods that are kept for later versions are refused, and OPTIONS tells what is taken', async () => {
  const { token, location } = await sending();
  for (const [path, methods] of [
    ['/whip/room', ['GET', 'PUT', 'PATCH', 'DELETE']],
    [location, ['GET', 'PUT', 'POST']],
    [`${location}/consent`, ['POST', 'PATCH']],
  ] as const) {
    for (const method of methods) {
      const response = await whip.send(method, path, token);
      expect(`${method} ${path} ${response.status}`).toBe(`${method} ${path} 405`);
      expect(response.headers.get('allow')).not.toContain(method);
    }
  }
  const options = await whip.send('OPTIONS', '/whip/room', undefined, { origin: 'https://studio.example' });
  expect(options.status).toBe(200);
  expect(options.headers.get('accept-post')).toBe('application/sdp');
  expect(options.headers.get('access-control-allow-origin')).toBe('https://studio.example');
  expect(options.headers.get('access-control-allow-headers')).toContain('authorization');
  const exposed = options.headers.get('access-control-expose-headers');
  for (const header of ['Location', 'Link', 'ETag']) expect(exposed).toContain(header);
  expect((await whip.send('OPTIONS', '/whip/room', undefined, { origin: 'https://evil.example' })).status).toBe(403);
});

describe('a session', () => {
  test('ends with DELETE, and the room is told', async () => {
    const { token, location, watcher } = await sending();
    expect((await whip.send('DELETE', location, token, { 'if-match': '"whatever"' })).status).toBe(200);
    expect(await watcher.next('peerLeft')).toMatchObject({ participant: 'ada', reason: 'left' });
    expect((await whip.send('DELETE', location, token)).status).toBe(404);
    expect(subject.meter.value('emostream_whip_sessions')).toBe(0);
  });

  test('takes trickled candidates for the ICE session of now', async () => {
    const { token, location, response } = await sending();
    const tag = response.headers.get('etag')!;
    const trickle = FRAGMENT(ICE.ufrag, ICE.pwd);
    const answered = await whip.patch(location, token, trickle, tag);
    expect([answered.status, answered.headers.get('etag'), await answered.text()]).toEqual([204, null, '']);
    expect((await whip.patch(location, token, trickle)).status).toBe(428);
    expect((await whip.patch(location, token, trickle, '"another"')).status).toBe(412);
    expect((await whip.patch(location, token, trickle, `W/${tag}`)).status).toBe(412);
    expect((await whip.patch(location, token, 'nonsense', tag)).status).toBe(400);
    expect((await whip.patch(location, token, FRAGMENT('x', 'y'), tag)).status).toBe(400);
    const typed = await whip.send('PATCH', location, token, { 'if-match': tag, 'content-type': 'text/plain' }, trickle);
    expect(typed.status).toBe(415);
  });

  test('restarts ICE: new credentials, a new tag, and the old tag is none any more', async () => {
    const { token, location, response, answer } = await sending();
    const tag = response.headers.get('etag')!;
    const restarted = await whip.patch(location, token, FRAGMENT('ysXw', 'vw5LmwG4y/e6dPP/zAP9Gp5k'), '*');
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toBe('application/trickle-ice-sdpfrag');
    const body = await restarted.text();
    const ufrag = (sdp: string) => /a=ice-ufrag:(\S+)/.exec(sdp)?.[1];
    expect(ufrag(body)).toMatch(/^\w{4,}$/);
    expect(ufrag(body)).not.toBe(ufrag(answer));
    expect(body).toMatch(/a=candidate:.* udp /);
    const next = restarted.headers.get('etag')!;
    expect(next).not.toBe(tag);
    const trickle = FRAGMENT('ysXw', 'vw5LmwG4y/e6dPP/zAP9Gp5k');
    expect((await whip.patch(location, token, trickle, tag)).status).toBe(412);
    expect((await whip.patch(location, token, trickle, next)).status).toBe(204);
    const many = [];
    for (let nth = 0; nth < 6; nth++)
      many.push((await whip.patch(location, token, FRAGMENT(`ufr${nth}`, ICE.pwd), '*')).status);
    expect(many).toContain(429);
  });

  test('is nobody else’s', async () => {
    const { token, location } = await sending();
    const others = [
      await subject.token({}, { subject: 'eve' }),
      await subject.token({ moderate: true, room: '*' }, { subject: 'operator' }),
      await subject.token(),
    ];
    for (const other of others) {
      for (const [method, path] of [
        ['DELETE', location],
        ['GET', `${location}/consent`],
        ['DELETE', `${location}/consent`],
      ] as const) {
        expect((await whip.send(method, path, other)).status).toBe(403);
      }
    }
    expect((await whip.send('DELETE', location)).status).toBe(401);
    // Another token of the same person does.
    const own = await subject.token({ subscribe: false }, { subject: 'ada', ttlSeconds: 900 });
    expect((await whip.send('GET', `${location}/consent`, own)).status).toBe(200);
    expect(own).not.toBe(token);
  });

  test('has a seat as everybody: one for each identity, and so many for each token', async () => {
    const { token, watcher } = await sending();
    const again = await whip.post(token, offer());
    expect(again.status).toBe(201);
    expect(await watcher.next('peerLeft')).toMatchObject({ participant: 'ada', reason: 'removed' });
    const strict = await startServer({ maxSeatsPerToken: 1 });
    try {
      const requests = new WhipRequests(strict);
      const shared = await strict.token();
      expect((await requests.post(shared, offer())).status).toBe(201);
      const full = await requests.post(shared, offer());
      expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await codeOf(full)).toBe('LIMIT_REACHED');
    } finally {
      await strict.close();
    }
  });
});

describe('consent', () => {
  test('without a word of it nothing is analysed', async () => {
    await sending();
    expect(subject.analyser.participants.at(-1)).toMatchObject({ consents: [NONE] });
  });

  test('is declared by the sender in a header, told in the room and recorded; taken back and given again by its URL', async () => {
    const { token, location, watcher, response } = await sending({ 'emostream-consent': 'face voice' });
    const given = { face: true, voice: true, words: false };
    expect(response.headers.get('emostream-consent')).toBe('face voice');
    expect((await watcher.next('peerJoined')).peer.consent).toEqual(given);
    const url = `${location}/consent`;
    const read = await whip.send('GET', url, token);
    expect(await read.json()).toEqual({ generation: 1, consent: given, showWords: false });
    expect(read.headers.get('etag')).toBe('"1"');

    const withdrawn = await whip.send('DELETE', url, token);
    expect(await withdrawn.json()).toEqual({ generation: 2, consent: NONE, showWords: false });
    expect((await watcher.next('consentChanged')).consent).toEqual(NONE);

    const put = (body: object, tag?: string) =>
      whip.send(
        'PUT',
        url,
        token,
        { 'content-type': 'application/json', ...(tag ? { 'if-match': tag } : {}) },
        JSON.stringify(body),
      );
    // What was asked before the withdrawal, or says nothing of it, gives nothing back.
    expect((await put({ consent: ALL }, '"1"')).status).toBe(412);
    expect((await put({ consent: ALL })).status).toBe(428);
    expect((await put({ consent: { face: true } }, '"2"')).status).toBe(400);
    const again = await put({ consent: ALL, showWords: true }, '"2"');
    expect(await again.json()).toEqual({ generation: 2, consent: ALL, showWords: true });
    expect((await watcher.next('consentChanged', 1)).consent).toEqual(ALL);
    // To be recorded is another question; whatever says nothing of it says no, and so does a withdrawal.
    const record = await subject.connect({ publish: false, subscribe: false, record: true });
    await record.request('subscribe', { record: true });
    const tell = () => subject.bus.publish(gapEvent('room', 'ada', Date.now() + 10));
    tell();
    expect((await put({ consent: ALL, showWords: true, recording: true })).status).toBe(428);
    expect((await put({ consent: ALL, showWords: true, recording: true }, '"2"')).status).toBe(200);
    const held = tell();
    expect((await record.next('gap')).seq).toBe(held.seq);
    await put({ consent: ALL, showWords: true }, '"2"');
    tell();
    await record.request('getRouterCapabilities', {});
    expect(record.of('gap')).toHaveLength(1);
    // Taking back needs no tag.
    expect(await (await put({ consent: { ...NONE, words: true } })).json()).toMatchObject({ generation: 3 });
  });

  test('can be withdrawn with a token that has ended, and not given with it', async () => {
    let now = Date.now();
    const server = await startServer({ tokenGrace: 600 }, { clock: () => now });
    try {
      const requests = new WhipRequests(server);
      const token = await server.token({}, { subject: 'ada', ttlSeconds: 60 });
      const response = await requests.post(token, offer(), { 'emostream-consent': 'given' });
      const url = `${locationOf(response)}/consent`;
      now += 61_000;
      const body = JSON.stringify({ consent: { ...ALL, words: false } });
      const withdrawn = await requests.send('PUT', url, token, { 'content-type': 'application/json' }, body);
      expect(await withdrawn.json()).toMatchObject({ generation: 2, consent: { words: false } });
      const given = await requests.send(
        ...(['PUT', url, token, { 'content-type': 'application/json', 'if-match': '"2"' }] as const),
        JSON.stringify({ consent: ALL }),
      );
      expect(given.status).toBe(401);
      expect((await requests.send('DELETE', locationOf(response), token)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  test('can be taken back by who has asked too much', async () => {
    const server = await startServer();
    try {
      const requests = new WhipRequests(server);
      const token = await server.token({}, { subject: 'ada' });
      const location = locationOf(await requests.post(token, offer(), { 'emostream-consent': 'given' }));
      let status = 0;
      while (status !== 429) status = (await requests.post('a.b.c', '')).status;
      expect((await requests.send('GET', `${location}/consent`, token)).status).toBe(429);
      const withdrawn = await requests.send('DELETE', `${location}/consent`, token);
      expect(await withdrawn.json()).toMatchObject({ generation: 2, consent: NONE });
      expect(server.analyser.of('ada').consents.at(-1)).toEqual(NONE);
      expect((await requests.send('DELETE', location, token)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  test('is nobody’s to give for somebody else', async () => {
    const header = { 'emostream-consent': 'given' };
    const room = 'room';
    for (const token of [
      await subject.token(),
      await subject.token({ room: '*' }, { subject: 'operator' }),
      await subject.token({ moderate: true }, { subject: 'operator' }),
    ]) {
      const response = await whip.post(token, offer(), header, room);
      expect([response.status, await codeOf(response)]).toEqual([403, 'FORBIDDEN']);
      const silent = await whip.post(token, offer(), {}, room);
      expect(silent.status).toBe(201);
      const put = await whip.send(
        ...(['PUT', `${locationOf(silent)}/consent`, token] as const),
        { 'content-type': 'application/json', 'if-match': '"1"' },
        JSON.stringify({ consent: ALL }),
      );
      expect(put.status).toBe(403);
    }
    expect(
      (await whip.post(await subject.token({}, { subject: 'ada' }), offer(), { 'emostream-consent': 'yes' })).status,
    ).toBe(400);
  });
});
