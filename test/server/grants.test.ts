import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GrantsGiven, RequestType } from '../../src/server/protocol.js';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import { gapEvent, NONE, startServer, type TestServer } from './support/test-server.js';

/** What each request needs: a grant, a seat (which needs `publish`), or nothing. Its smallest form beside it. */
const NEEDS: Record<
  RequestType,
  { needs: 'publish' | 'subscribe' | 'moderate' | 'record' | 'replay' | 'seat' | null; data?: object }
> = {
  getRouterCapabilities: { needs: null },
  join: { needs: 'publish', data: { name: 'A', rtpCapabilities: CLIENT_CAPABILITIES, consent: NONE } },
  createTransport: { needs: 'seat', data: { direction: 'send' } },
  connectTransport: {
    needs: 'seat',
    data: {
      transportId: 't',
      dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('00').join(':') }] },
    },
  },
  restartIce: { needs: 'seat', data: { transportId: 't' } },
  produce: {
    needs: 'seat',
    data: {
      ...{ transportId: 't', source: 'camera', kind: 'video' },
      rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }] },
    },
  },
  pauseProducer: { needs: 'seat', data: { producerId: 'p' } },
  resumeProducer: { needs: 'seat', data: { producerId: 'p' } },
  closeProducer: { needs: 'seat', data: { producerId: 'p' } },
  consume: { needs: 'seat', data: { transportId: 't', producerId: 'p' } },
  resumeConsumer: { needs: 'seat', data: { consumerId: 'c' } },
  setConsent: { needs: 'seat', data: { consent: NONE } },
  caption: { needs: 'seat', data: { text: 'a', startMs: 0, endMs: 0, sentMs: 0 } },
  subscribe: { needs: 'subscribe' },
  unsubscribe: { needs: null },
  roster: { needs: 'subscribe' },
  renew: { needs: null, data: { token: 'a.b.c' } },
  removeParticipant: { needs: 'moderate', data: { participant: 'nobody' } },
  stopAnalysis: { needs: 'moderate', data: { participant: 'nobody' } },
  allowAnalysis: { needs: 'moderate', data: { participant: 'nobody' } },
  endRoom: { needs: 'moderate' },
  // This server keeps none.
  startRecording: { needs: 'record' },
  stopRecording: { needs: 'record' },
  // No recording runs that could be agreed to.
  agreeToRecording: { needs: 'seat', data: { recording: 'r', agreed: true } },
  beginReplay: { needs: 'replay' },
  replayEvents: { needs: 'replay', data: { events: [{ ...gapEvent(), epoch: 'e', seq: 1 }] } },
  endReplay: { needs: 'replay' },
  leave: { needs: null },
};
const NOTHING = {
  publish: false,
  subscribe: false,
  moderate: false,
  transcript: false,
  names: false,
  record: false,
  replay: false,
};
const TOKENS: Record<string, Partial<GrantsGiven>> = {
  'no grant': {},
  ...Object.fromEntries(Object.keys(NOTHING).map((grant) => [grant, { [grant]: true }])),
};

describe.each(Object.entries(TOKENS))('with %s', (_name, grants) => {
  let subject: TestServer;
  beforeAll(async () => {
    subject = await startServer();
  });
  afterAll(() => subject.close());

  test('each request is answered by what it needs', async () => {
    const client = await subject.connect({ ...NOTHING, ...grants });
    for (const [type, { needs, data }] of Object.entries(NEEDS)) {
      const response = await client.ask(type, data);
      const code = response.ok ? 'ok' : response.error.code;
      const seated = grants.publish === true;
      const lacks = needs === 'seat' ? !seated : needs !== null && !grants[needs];
      // Its own token is no secret of this server's; things that a seat does not have are not found.
      if (type === 'renew') expect(code, type).toBe('UNAUTHENTICATED');
      else if (lacks) expect(code, type).toBe(needs === 'seat' ? 'WRONG_STATE' : 'FORBIDDEN');
      else if (needs === 'seat')
        expect(['ok', 'NOT_FOUND', 'WRONG_STATE', 'CONSENT_REQUIRED'], `${type}: ${code}`).toContain(code);
      else if (type === 'startRecording') expect(code, type).toBe('POLICY_FORBIDS');
      // Nobody is in the room of who may only moderate.
      else expect(code, type).toBe(needs === 'moderate' && type !== 'allowAnalysis' ? 'NOT_FOUND' : 'ok');
      if (needs === 'seat' && !lacks)
        expect(code === 'WRONG_STATE' && /join first/.test(JSON.stringify(response)), type).toBe(false);
    }
  });

  test('to record takes the grant for it, and no other', async () => {
    const client = await subject.connect({ ...NOTHING, ...grants });
    const response = await client.ask('subscribe', { record: true });
    expect(response.ok ? 'ok' : response.error.code).toBe(grants.record ? 'ok' : 'FORBIDDEN');
  });

  test('another room than its own is none of its business', async () => {
    const client = await subject.connect({ ...NOTHING, ...grants });
    const others = ['startRecording', 'stopRecording', 'beginReplay', 'replayEvents', 'endReplay'] as const;
    const named = ['join', 'subscribe', 'roster', 'removeParticipant', 'allowAnalysis', 'endRoom'] as const;
    for (const type of [...named, ...others]) {
      const { needs, data } = NEEDS[type];
      const allowed = needs !== null && needs !== 'seat' && grants[needs];
      const { code } = await client.refused(type, { ...data, room: 'other' });
      expect(code).toBe(allowed ? 'WRONG_ROOM' : 'FORBIDDEN');
    }
  });
});

describe('renew', () => {
  let subject: TestServer;
  beforeAll(async () => {
    subject = await startServer({ tokenGrace: 60 });
  });
  afterAll(() => subject.close());

  test('goes on with another token: the seat and the subscription stand beyond the end of the old one', async () => {
    const client = await subject.connect({}, { subject: 'a', ttlSeconds: 2 });
    await client.join();
    await client.request('subscribe', {});
    const token = await subject.token({}, { subject: 'a' });
    const { expiresAt } = await client.request('renew', { token });
    expect(expiresAt).toBeGreaterThan(Date.now() + 500_000);
    // The old one ends after another socket's that began later.
    const other = await subject.connect({}, { ttlSeconds: 2 });
    await other.ended();
    expect(client.of('tokenExpired')).toEqual([]);
    subject.bus.publish({ type: 'end', room: 'room', participant: 'x', at: 0, reason: 'left' });
    await client.next('end');
    await client.request('setConsent', { consent: { face: true, voice: false, words: false } });
  });

  test('also brings back a seat that is only kept for the grace', async () => {
    const client = await subject.connect({}, { subject: 'b', ttlSeconds: 1 });
    await client.join();
    await client.next('tokenExpired');
    expect(await client.refused('setConsent', { consent: { ...NONE, face: true } })).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await client.request('renew', { token: await subject.token({}, { subject: 'b' }) });
    await client.request('setConsent', { consent: { ...NONE, face: true } });
    await client.request('subscribe', {});
  });

  test.each([
    ['of somebody else', { subject: 'x' }, {}],
    ['of another room', { subject: 'c' }, { room: 'other' }],
    ['that grants less', { subject: 'c' }, { subscribe: false }],
  ])('does not take a token %s', async (_name, options, grants) => {
    const client = await subject.connect({}, { subject: 'c' });
    const token = await subject.token(grants, options);
    expect(await client.refused('renew', { token })).toMatchObject({ code: 'FORBIDDEN' });
    client.socket.close();
    await client.ended();
  });
});
