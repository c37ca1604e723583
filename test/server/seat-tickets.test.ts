import { afterEach, describe, expect, test } from 'vitest';
import { SeatTickets } from '../../src/server/seat-tickets.js';
import { RecordingMeter } from '../sfu/support/recording-meter.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

const agreement = { consent: NONE, showWords: false };
const GRANTS = {
  room: 'room',
  publish: true,
  subscribe: true,
  moderate: false,
  transcript: false,
  names: false,
  record: false,
  replay: false,
};
const seat = (expiresAtMs: number, participant = 'ada') => ({
  ...{ room: 'room', participant, agreement },
  identity: { grants: GRANTS, subject: undefined, name: undefined, declared: undefined, digest: 'd', expiresAtMs },
});

describe('tickets', () => {
  let now = 0;
  const meter = new RecordingMeter();
  const make = () => {
    now = 0;
    return new SeatTickets({ clock: () => now, meter, holdMs: 60_000, graceMs: 30_000 });
  };

  test('are good while the seat is taken, and a minute after it was lost', () => {
    const tickets = make();
    const ticket = tickets.take(seat(1e9));
    expect(SeatTickets.is(ticket)).toBe(true);
    now = 1e8;
    expect(tickets.find(ticket)?.participant).toBe('ada');
    tickets.lose(ticket, { consent: ALL, showWords: true });
    now += 59_999;
    expect(tickets.find(ticket)?.agreement).toEqual({ consent: ALL, showWords: true });
    now += 1;
    expect(tickets.find(ticket)).toBeUndefined();
  });

  test('are good no longer than the grace after the token’s end', () => {
    const tickets = make();
    const ticket = tickets.take(seat(10_000));
    tickets.lose(ticket, agreement);
    now = 39_999;
    expect(tickets.find(ticket)).toBeDefined();
    now = 40_000;
    expect(tickets.find(ticket)).toBeUndefined();
  });

  test('are forgotten, and only so many are kept', () => {
    const tickets = make();
    for (let i = 0; i < 10_010; i++) tickets.lose(tickets.take(seat(1e9, `p${i}`)), agreement);
    expect(tickets.size).toBe(10_000);
    expect(meter.value('emostream_dropped_total', { stage: 'seat', reason: 'overflow' })).toBe(10);
    now = 60_000;
    tickets.lose(tickets.take(seat(1e9)), agreement);
    expect(tickets.size).toBe(1);
    const left = tickets.take(seat(1e9));
    tickets.end(left);
    expect(tickets.find(left)).toBeUndefined();
  });
});

describe('a ticket', () => {
  let subject: TestServer;
  afterEach(() => subject.close());
  const consent = NONE;
  const again = (client: Awaited<ReturnType<TestServer['connect']>>, ticket: string | undefined, room?: string) =>
    client.ask('join', { name: 'A', consent, rtpCapabilities: { codecs: [] }, ticket, ...(room ? { room } : {}) });

  test('takes the seat from the socket that still seems to have it', async () => {
    subject = await startServer();
    const first = await subject.connect();
    const { participant, ticket } = await first.join();
    const second = await subject.connect();
    expect(await again(second, ticket)).toMatchObject({ ok: true, data: { participant, ticket } });
    expect(await first.ended()).toMatchObject({ code: 4001 });
    expect(subject.server.rooms.open.get('room')?.size).toBe(1);
    // The first socket's end ends no ticket of the second one's.
    second.socket.terminate();
    await second.ended();
    const third = await subject.connect({}, { token: ticket! });
    expect(await again(third, ticket)).toMatchObject({ ok: true, data: { participant } });
  });

  test('is nobody else’s: not for another subject, nor another room', async () => {
    subject = await startServer();
    const ada = await subject.connect({}, { subject: 'ada' });
    const { ticket } = await ada.join();
    const bob = await subject.connect({}, { subject: 'bob' });
    expect(await again(bob, ticket)).toMatchObject({ ok: true, data: { participant: 'bob' } });
    const elsewhere = await subject.connect({ room: 'other' });
    const answer = (await again(elsewhere, ticket)) as unknown as { data: { participant: string } };
    expect(answer.data.participant).not.toBe('ada');
    expect(ada.closed).toBeUndefined();
  });

  test('opens nothing that its token did not', async () => {
    subject = await startServer();
    const ada = await subject.connect({ subscribe: false });
    const { ticket } = await ada.join();
    const back = await subject.connect({}, { token: ticket! });
    expect(await back.refused('subscribe', {})).toMatchObject({ code: 'FORBIDDEN' });
    await expect(subject.connect({}, { token: `seat-${'A'.repeat(32)}` })).rejects.toMatchObject({ status: 401 });
  });

  test('goes with a renewed token', async () => {
    let now = Date.now();
    subject = await startServer({ tokenGrace: 0 }, { clock: () => now });
    const ada = await subject.connect({}, { ttlSeconds: 600 });
    const { ticket, participant } = await ada.join();
    await ada.request('renew', { token: await subject.token({}, { ttlSeconds: 6000 }) });
    ada.socket.terminate();
    await ada.ended();
    now += 600_000;
    const back = await subject.connect({}, { token: ticket! });
    expect(await again(back, ticket)).toMatchObject({ ok: true, data: { participant } });
    await back.request('subscribe', {});
  });
});

describe('GET /api/grants', () => {
  test('says what a token is good for, and why another is not', async () => {
    const subject = await startServer();
    const ask = (headers: Record<string, string>) => fetch(`${subject.server.url}/api/grants`, { headers });
    const token = await subject.token({ moderate: true });
    const answer = await ask({ authorization: `Bearer ${token}` });
    expect(await answer.json()).toMatchObject({ grants: { room: 'room', moderate: true, names: false } });
    expect((await ask({})).status).toBe(401);
    for (const wrong of ['a.b.c', `${token}x`]) {
      expect((await ask({ authorization: `Bearer ${wrong}` })).status).toBe(401);
    }
    const foreign = await ask({ authorization: `Bearer ${token}`, origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ error: { code: 'ORIGIN_REFUSED' } });
    await subject.close();
  });
});
