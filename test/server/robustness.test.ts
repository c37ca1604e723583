import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import { notificationSchema, requestSchema } from '../../src/server/protocol.js';
import { parseRequest } from '../../src/server/parse-request.js';
import { NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer;
beforeAll(async () => {
  subject = await startServer({ maxMessagesPerSecond: 10_000 });
});
afterAll(() => subject.close());

/** The server still does what it is for. */
async function stillServes(server = subject): Promise<void> {
  const client = await server.connect({ room: 'check' });
  await client.join();
  await client.request('createTransport', { direction: 'send' });
  client.socket.close();
  await client.ended();
}

describe('messages that are no requests', () => {
  test.each([
    ['text that is not JSON', '{"type":', /not JSON/],
    ['a JSON number', '7', /object/],
    ['null', 'null', /object/],
    ['an array', '[]', /object/],
    ['no id', '{"type":"leave"}', /id/],
    ['deep nesting', '['.repeat(4000), /not JSON/],
    ['deep nesting that closes', `${'['.repeat(4000)}${']'.repeat(4000)}`, /object/],
    ['deeper nesting', '['.repeat(100_000), /4096 values/],
    ['more values than anybody needs', `[${'1,'.repeat(50_000)}1]`, /4096 values/],
  ])('%s', async (_name, text, message) => {
    const client = await subject.connect();
    client.send(text);
    const { error } = await client.next('error');
    expect(error.code).toBe('BAD_MESSAGE');
    expect(error.message).toMatch(message);
    await client.request('getRouterCapabilities', {});
    client.socket.close();
  });

  test('a binary frame', async () => {
    const client = await subject.connect();
    client.send(Buffer.from('{"type":"leave","id":1}'));
    expect((await client.next('error')).error).toMatchObject({ code: 'BAD_MESSAGE' });
    client.socket.close();
  });

  test.each([
    ['an unknown type', { type: 'selfDestruct' }, 'type'],
    ['a field of another type', { type: 'createTransport', direction: 7 }, 'direction'],
    ['a missing field', { type: 'produce', transportId: 'x', source: 'camera' }, 'kind'],
    ['a field too many', { type: 'leave', forever: true }, 'forever'],
    ['a nested field', { type: 'setConsent', consent: { face: 'yes', voice: true, words: true } }, 'consent.face'],
    ['a name too long', { type: 'join', name: 'x'.repeat(65), consent: NONE, rtpCapabilities: {} }, 'name'],
  ])('%s gets a failed response that names the field', async (_name, { type, ...data }, field) => {
    const client = await subject.connect();
    const error = await client.refused(type, data);
    expect(error.code).toBe('BAD_MESSAGE');
    expect(error.message).toContain(field);
    client.socket.close();
  });

  test('a message of 10 MB closes the socket with a reason, and only this socket', async () => {
    const [client, other] = [await subject.connect(), await subject.connect()];
    const before = subject.meter.value('emostream_errors_total', { code: 'MESSAGE_TOO_LARGE' });
    client.send(JSON.stringify({ type: 'caption', id: 1, text: 'x'.repeat(10 * 1024 * 1024) }));
    expect(await client.ended()).toEqual({
      code: 1009,
      reason: expect.stringMatching(/^MESSAGE_TOO_LARGE: .*262144/) as string,
    });
    expect(client.of('error')[0]?.error.code).toBe('MESSAGE_TOO_LARGE');
    expect(subject.meter.value('emostream_errors_total', { code: 'MESSAGE_TOO_LARGE' })).toBe(before + 1);
    await other.request('getRouterCapabilities', {});
    other.socket.close();
    await stillServes();
  });

  test.each([
    ['an unmasked frame', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ['a reserved opcode', Buffer.from([0x83, 0x80, 1, 2, 3, 4]), 1002],
    ['text that is not UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]), 1007],
  ])('%s on the wire closes the socket, and the server goes on', async (_name, bytes, code) => {
    const client = await subject.connect();
    // `ws` sends no such frame; its TCP socket does.
    (client.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(bytes);
    expect(await client.ended()).toMatchObject({ code });
    await stillServes();
  });
});

describe('a flood', () => {
  test('gets errors, then is closed; others are not touched', async () => {
    const slow = await startServer({ maxMessagesPerSecond: 5 });
    const [client, other] = [await slow.connect(), await slow.connect()];
    // A burst of 10 seconds' worth is allowed, then 20 errors, then the end.
    await Promise.all(Array.from({ length: 50 }, () => client.request('getRouterCapabilities', {})));
    for (let id = 1000; id < 1200; id++) client.send(JSON.stringify({ type: 'getRouterCapabilities', id }));
    expect(await client.ended()).toMatchObject({
      code: 1008,
      reason: expect.stringContaining('RATE_LIMITED') as string,
    });
    const refused = client.of('response').filter((response) => !response.ok);
    expect(refused.length).toBeGreaterThanOrEqual(20);
    for (const response of refused) expect(response).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    await other.request('getRouterCapabilities', {});
    await slow.close();
  });

  test('of unanswered requests is bounded', async () => {
    const client = await subject.connect();
    const join = { type: 'join', name: 'A', consent: NONE, rtpCapabilities: CLIENT_CAPABILITIES };
    client.send(JSON.stringify({ ...join, id: 0 }));
    for (let id = 1; id <= 1000; id++) client.send(JSON.stringify({ type: 'createTransport', id, direction: 'send' }));
    await client.until(() => client.of('response').length === 1001);
    const codes = new Set(client.of('response').map((response) => (response.ok ? 'ok' : response.error.code)));
    expect(codes).toEqual(new Set(['ok', 'LIMIT_REACHED', 'OVERLOADED']));
    client.socket.close();
  });
});

describe('any input', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.anything().map((value) => String(JSON.stringify(value))),
  );
  const types = requestSchema.options.map((option) => option.shape.type.value);

  /** Requests whose fields are right, wrong or missing at random. */
  const nearRequest = fc
    .record(
      {
        type: fc.constantFrom(...types),
        id: fc.oneof({ weight: 9, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.anything() }),
        name: fc.oneof(fc.string(), fc.nat()),
        room: fc.constantFrom('room', 'other', '', 7),
        rtpCapabilities: fc.oneof(
          fc.constant(CLIENT_CAPABILITIES),
          fc.dictionary(fc.string(), fc.jsonValue()),
          fc.nat(),
        ),
        consent: fc.oneof(fc.constant(NONE), fc.jsonValue()),
        direction: fc.constantFrom('send', 'recv', 'both'),
        transportId: fc.string(),
        producerId: fc.string(),
        consumerId: fc.string(),
        dtlsParameters: fc.dictionary(fc.constantFrom('role', 'fingerprints'), fc.jsonValue()),
        source: fc.constantFrom('camera', 'microphone', 'screen'),
        kind: fc.constantFrom('audio', 'video'),
        rtpParameters: fc.dictionary(
          fc.constantFrom('codecs', 'encodings', 'headerExtensions', 'rtcp'),
          fc.jsonValue(),
        ),
        text: fc.string(),
        startMs: fc.double(),
        endMs: fc.double(),
        sentMs: fc.double(),
        sinceSeq: fc.oneof(fc.integer(), fc.double()),
      },
      { requiredKeys: ['type', 'id'] },
    )
    // Only the fields of the type, mostly: one field too many is refused before anything else is looked at.
    .chain((request) =>
      fc.boolean().map((strict) => {
        const shape = requestSchema.options.find((option) => option.shape.type.value === request.type)?.shape ?? {};
        return strict ? Object.fromEntries(Object.entries(request).filter(([key]) => key in shape)) : request;
      }),
    );

  test('is read without throwing, and what fails names the id where there is one', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parseRequest(text);
        if (parsed.ok) return;
        expect(parsed.error.code).toBe('BAD_MESSAGE');
        expect(parsed.error.message.length).toBeLessThanOrEqual(300);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(nearRequest, (request) => {
        const parsed = parseRequest(JSON.stringify(request));
        // JSON knows no -0.
        const id = Number.isSafeInteger(request.id) ? (request.id as number) + 0 : undefined;
        if (parsed.ok) expect(parsed.request.id).toBe(id);
        else if (id !== undefined && id >= 0) expect(parsed.id).toBe(id);
      }),
      { numRuns: 500 },
    );
  });

  test('gets one answer each, and the server and its media worker live on', async () => {
    const client = await subject.connect({ room: 'fuzz' });
    let sent = 0;
    const answered = () => client.of('response').length + client.of('error').length;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            anything,
            nearRequest.map((r) => JSON.stringify(r)),
          ),
          { maxLength: 30 },
        ),
        async (batch) => {
          for (const text of batch) client.send(text);
          sent += batch.length;
          await client.until(() => answered() >= sent || client.closed);
          expect(client.closed).toBeUndefined();
          expect(answered()).toBe(sent);
        },
      ),
      { numRuns: 100 },
    );
    for (const error of client.of('error')) notificationSchema.parse(error);
    const internal = client.of('response').filter((response) => !response.ok && response.error.code === 'INTERNAL');
    expect(internal).toEqual([]);
    expect(subject.server.pool.alive).toBe(1);
    client.socket.close();
    await stillServes();
  });

  test('opaque WebRTC structures of any shape do not reach the worker as a crash', async () => {
    const client = await subject.connect({ room: 'opaque' });
    await client.join();
    const { transportId } = await client.request('createTransport', { direction: 'send' });
    const codec = fc.record(
      {
        mimeType: fc.constantFrom('audio/opus', 'video/VP8', 'video/H264', 'video/rtx', 'x'),
        payloadType: fc.oneof(fc.integer(), fc.double(), fc.nat(127)),
        clockRate: fc.oneof(fc.constant(48_000), fc.constant(90_000), fc.integer()),
        channels: fc.oneof(fc.constant(2), fc.integer()),
        parameters: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())),
        rtcpFeedback: fc.jsonValue(),
      },
      { requiredKeys: ['mimeType', 'payloadType', 'clockRate'] },
    );
    const encoding = fc.record(
      {
        ssrc: fc.oneof(fc.nat(), fc.integer(), fc.double()),
        rid: fc.string(),
        scalabilityMode: fc.constantFrom('L1T3', 'L9T9', 'S3T3', 'x'),
        dtx: fc.boolean(),
        rtx: fc.record({ ssrc: fc.integer() }),
      },
      { requiredKeys: [] },
    );
    const rtpParameters = fc.record(
      {
        codecs: fc.array(codec, { maxLength: 4 }),
        encodings: fc.array(encoding, { maxLength: 5 }),
        headerExtensions: fc.array(
          fc.record({ uri: fc.constantFrom('urn:ietf:params:rtp-hdrext:sdes:mid', 'x'), id: fc.integer() }),
        ),
        mid: fc.string(),
        rtcp: fc.record({ cname: fc.string() }, { requiredKeys: [] }),
      },
      { requiredKeys: ['codecs'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('audio', 'video'), rtpParameters, async (kind, parameters) => {
        const source = kind === 'audio' ? 'microphone' : 'camera';
        const response = await client.ask('produce', { transportId, source, kind, rtpParameters: parameters });
        if (response.ok) {
          await client.request('closeProducer', { producerId: (response.data as { producerId: string }).producerId });
        } else {
          expect(['BAD_MESSAGE', 'UNSUPPORTED_MEDIA']).toContain(response.error.code);
        }
        expect(subject.server.pool.alive).toBe(1);
      }),
      { numRuns: 300 },
    );
    client.socket.close();
  });
});
