import { afterAll, beforeAll, expect, it } from 'vitest';
import { FACE, HostedApp, PICTURE, SPEECH } from './support/hosted-app.js';
import type { HostedClient } from './support/hosted-client.js';

let app: HostedApp;
beforeAll(async () => {
  app = await HostedApp.start();
});
afterAll(() => app.close());

const SESSION = { type: 'session.update', face: { threshold: 0.6 }, consent: 'face' };

it('each picture is answered by one result, in order, with the face that is in it; the room hears of the person', async () => {
  const client = await app.connect('video', 'ada');
  const created = await client.next('session.created');
  expect(created).toMatchObject({ image: { type: 'image/jpeg' }, consent: { generation: 1, face: false } });
  client.json(SESSION);
  expect(await client.next('session.updated')).toMatchObject({
    face: { threshold: 0.6, min_size: 1 },
    consent: { face: true, voice: false, words: false },
  });
  client.media(PICTURE);
  client.media(PICTURE);
  client.media(Buffer.from('GIF89a, which is no JPEG'));
  client.media(PICTURE);
  client.json({ type: 'session.close' });
  const closed = await client.next('session.closed');
  expect(client.said.slice(2).map(({ type, frame_id, code }) => frame_id ?? code ?? type)).toEqual([
    0,
    1,
    'invalid_image_frame',
    2,
    'session.closed',
  ]);
  for (const { faces } of client.of('measurement.result')) {
    const [face, ...others] = faces as { face_id: number; bbox: number[]; expressions: { name: string }[] }[];
    expect(others).toEqual([]);
    expect(face?.face_id).toBe(0);
    const [left, top, right, bottom] = face!.bbox as [number, number, number, number];
    expect(left).toBeLessThan(FACE.left + 20);
    expect(right).toBeGreaterThan(FACE.right - 20);
    expect(top).toBeLessThan(FACE.eyes.y);
    expect(bottom).toBeGreaterThan(FACE.chin - 20);
    expect(bottom).toBeLessThan(260);
    // She smiles.
    expect(face!.expressions[0]?.name).toBe('joy');
  }
  expect(closed).toMatchObject({
    session_id: created.session_id,
    reason: 'client_request',
    received: { frames: 3 },
    produced: { measurements: 3 },
  });
  expect(await client.ended()).toMatchObject({ code: 1000 });
  const told = app.events.filter(({ participant }) => participant === 'ada');
  expect(told[0]).toMatchObject({ type: 'begin', analysed: { face: true, voice: false, words: false } });
  expect(told.at(-1)).toMatchObject({ type: 'end', reason: 'left' });
});

it('sound is heard as it is sent: an utterance begins, is measured and ends, in milliseconds of the sound that was sent', async () => {
  const client = await app.connect('audio', 'bob', { consent: 'voice' });
  client.json({ type: 'session.update', measurement_timer_ms: 1000 });
  expect(await client.next('session.updated')).toMatchObject({ measurement_timer_ms: 1000, consent: { voice: true } });
  const half = Math.floor(SPEECH.byteLength / 4) * 2;
  client.media(SPEECH.subarray(0, half));
  client.media(SPEECH.subarray(half));
  client.json({ type: 'session.close' });
  const closed = await client.next('session.closed');
  const [first, ...rest] = client.said.slice(2);
  const lengthMs = SPEECH.byteLength / 32;
  expect(first).toMatchObject({ type: 'utterance.start', utterance_id: 0 });
  // Half a second of silence, then speech of 2.4 s: windows are seconds, and begin anywhere in it.
  expect(first!.audio_start_ms).toBeLessThan(1500);
  const results = client.of('measurement.result');
  expect(results.length).toBeGreaterThanOrEqual(1);
  for (const result of results) {
    expect(result).toMatchObject({ utterance_id: 0, audio_start_ms: first!.audio_start_ms, voice_attributes: [] });
    expect(result.audio_end_ms).toBeLessThanOrEqual(Math.ceil(lengthMs));
    expect((result.expressions as unknown[]).length).toBeGreaterThan(0);
  }
  expect(rest.at(-2)).toMatchObject({ type: 'utterance.end', utterance_id: 0 });
  expect(closed).toMatchObject({
    reason: 'client_request',
    received: { audio_duration_ms: Math.round(lengthMs), frames: 2 },
    produced: { utterances: 1, measurements: results.length },
  });
});

it('pictures and sound of one person are one seat, one consent and one row of events', async () => {
  const video = await app.connect('video', 'cleo', { declared: 'face voice' });
  await video.next('session.created');
  const audio = await app.connect('audio', 'cleo', { declared: 'face voice' });
  expect(await audio.next('session.created')).toMatchObject({ consent: { face: true, voice: true } });
  expect(app.app.server.rooms.open.get('room')?.roster).toEqual([
    { participant: 'cleo', name: 'cleo', consent: { face: true, voice: true, words: false } },
  ]);
  // Sound withdrawn by the one that sends it; pictures go on.
  audio.json({ type: 'consent.update', consent: 'none' });
  expect(await audio.next('consent.updated')).toMatchObject({ consent: { generation: 2, face: true, voice: false } });
  audio.media(SPEECH.subarray(0, 3200));
  expect(await audio.next('error')).toMatchObject({ code: 'consent_required', retryable: false });
  expect(await audio.next('session.closed')).toMatchObject({ reason: 'error', received: { frames: 0 } });
  video.media(PICTURE);
  await video.next('measurement.result');
  // Another socket of the same person for the same source takes its place.
  const again = await app.connect('video', 'cleo', { declared: 'face' });
  await again.next('session.created');
  expect(await video.next('error')).toMatchObject({ code: 'seat_lost' });
  again.socket.close();
  await expect.poll(() => app.app.server.rooms.open.size).toBe(0);
});

it('consent that is taken back ends what is on its way', async () => {
  const client = await app.connect('video', 'dan', { consent: 'face' });
  await client.next('session.created');
  client.media(PICTURE);
  client.json({ type: 'consent.update', consent: { face: false } });
  // Taken back while it was being looked at: no result comes of it.
  expect(await client.next('error')).toMatchObject({ code: 'consent_required', retryable: false });
  await client.ended();
  expect(client.of('measurement.result')).toEqual([]);
  await expect
    .poll(() => app.events.filter(({ participant }) => participant === 'dan').map(({ type }) => type))
    .toEqual(['begin', 'end']);
});

it('consent is not given anew under a generation that has ended', async () => {
  const client = await app.connect('video', 'dora', { consent: 'face' });
  await client.next('session.created');
  client.json({ type: 'consent.update', consent: 'none' });
  expect(await client.next('consent.updated')).toMatchObject({ consent: { generation: 2, face: false } });
  client.json({ type: 'consent.update', consent: 'face', generation: 1 });
  expect(await client.next('error')).toMatchObject({ code: 'consent_refused', retryable: true });
  client.json({ type: 'consent.update', consent: 'face', generation: 2 });
  expect(await client.next('consent.updated', 1)).toMatchObject({ consent: { generation: 2, face: true } });
  client.media(PICTURE);
  expect(await client.next('measurement.result')).toMatchObject({ frame_id: 0, faces: [{ face_id: 0 }] });
});

it.each([
  ['no key at all', undefined, { headers: { 'X-Hume-Api-Key': '' } }, /^401/],
  ['a key that is no token', undefined, { headers: { 'X-Hume-Api-Key': 'abc' } }, /^401/],
  ['a token that may not publish', 'eve', { grants: { publish: false } }, /^403/],
  ['consent by a key that names nobody', undefined, { consent: 'face' }, /^403.*person/],
  [
    'consent by an operator’s key',
    'op',
    { consent: 'face', grants: { room: '*' }, query: '?room=room' },
    /^403.*person/,
  ],
  ['consent by a moderator', 'op', { declared: 'face', grants: { moderate: true } }, /^403.*person/],
  ['a token for every room that names none', 'op', { grants: { room: '*' } }, /^400/],
  ['consent in words that mean nothing', 'eve', { consent: 'everything' }, /^400/],
] as const)('refuses %s', async (_, subject, options, why) => {
  await expect(app.connect('video', subject, options)).rejects.toThrow(why);
});

it('without consent nothing is analysed, and the first picture hears so; an operator’s key cannot declare any', async () => {
  const silent = await app.connect('video', 'fay');
  await silent.next('session.created');
  silent.media(PICTURE);
  expect(await silent.next('error')).toMatchObject({ code: 'consent_required', retryable: false });
  expect((await silent.ended()).code).toBe(1008);
  const operator = await app.connect('video', 'op', { grants: { room: '*' }, query: '?room=room' });
  await operator.next('session.created');
  operator.json(SESSION);
  expect(await operator.next('error')).toMatchObject({ code: 'consent_refused', retryable: true });
  operator.media(PICTURE);
  await operator.next('session.closed');
  expect(app.events.filter(({ participant }) => ['fay', 'op'].includes(participant))).toEqual([]);
});

const errorsOf = (client: HostedClient) => client.of('error').map(({ code }) => code);

it('what is hostile is refused by itself, and the session goes on', async () => {
  const client = await app.connect('video', 'gus', { consent: 'face' });
  await client.next('session.created');
  const patched = (at: number, ...bytes: number[]) => {
    const copy = Buffer.from(PICTURE);
    copy.set(bytes, at);
    return copy;
  };
  const frame = PICTURE.indexOf(Buffer.from([0xff, 0xc0]));
  client.media(Buffer.alloc(0));
  client.media(PICTURE.subarray(0, 9000)); // truncated
  client.media(Buffer.concat([PICTURE.subarray(0, 9000), Buffer.from([0xff, 0xd9])])); // the same, with an end
  client.media(patched(frame + 5, 0xff, 0xdc, 0xff, 0xdc)); // 65500 by 65500 pixels
  client.media(patched(frame + 1, 0xc3)); // lossless
  client.media(PICTURE);
  await client.next('measurement.result');
  expect(errorsOf(client)).toEqual(Array(5).fill('invalid_image_frame'));
  client.json({ type: 'nothing.known' });
  client.socket.send('{"type": "session.upd');
  client.socket.send('[]');
  await client.until(() => errorsOf(client).length === 8);
  expect(errorsOf(client).slice(5)).toEqual(Array(3).fill('message_invalid'));
  // The configuration stands once a picture came.
  client.json(SESSION);
  expect(await client.next('error', 8)).toMatchObject({ code: 'config_invalid', retryable: false });
  expect(await client.next('session.closed')).toMatchObject({ reason: 'error' });
});

it('a flood of pictures is answered one by one, and a message that is too large ends the session', async () => {
  const client = await app.connect('video', 'hal', { consent: 'face' });
  await client.next('session.created');
  for (let i = 0; i < 30; i++) client.media(PICTURE);
  await client.until(() => client.said.length === 31);
  expect(new Set(errorsOf(client))).toEqual(new Set(['rate_limited']));
  const results = client.of('measurement.result');
  expect(results.length).toBeGreaterThanOrEqual(1);
  expect(results.map(({ frame_id }) => frame_id)).toEqual(results.map((_, i) => i));
  client.media(Buffer.alloc(2 * 2 ** 20 + 1));
  expect(await client.next('error', 31 - 1 - results.length)).toMatchObject({ code: 'message_too_large' });
  expect((await client.ended()).code).toBe(1009);
});

it('sound with half a sample, of more than ten seconds, or faster than it is spoken is refused', async () => {
  const client = await app.connect('audio', 'ida', { consent: 'voice' });
  await client.next('session.created');
  client.media(Buffer.alloc(3201));
  client.media(Buffer.alloc(320_002));
  client.media(Buffer.alloc(0));
  for (let i = 0; i < 3; i++) client.media(Buffer.alloc(160_000));
  await client.until(() => errorsOf(client).length === 4);
  expect(errorsOf(client)).toEqual([...Array<string>(3).fill('invalid_audio_frame'), 'rate_limited']);
  client.json({ type: 'session.update', audio: { sample_rate: 44_100 } });
  expect(await client.next('error', 4)).toMatchObject({ code: 'config_invalid' });
});

it('a configuration that is none ends the session before it began', async () => {
  const client = await app.connect('video', 'jim', { consent: 'face' });
  client.json({ type: 'session.update', timer_ms: 5 });
  expect(await client.next('error')).toMatchObject({ code: 'config_invalid', retryable: false });
  expect(await client.next('session.closed')).toMatchObject({ reason: 'error' });
});

it('the API of old: a picture in, its face out, under the name that the payload has', async () => {
  const client = await app.connect('stream', 'kim');
  const data = PICTURE.toString('base64');
  client.json({ data, models: { face: {} }, payload_id: 'one' });
  expect(await client.nth(0)).toMatchObject({ code: 'consent_required', payload_id: 'one' });
  client.json({ data, models: { face: { identify_faces: true } }, payload_id: 'two', consent: 'face' });
  const { face, payload_id } = (await client.nth(1)) as unknown as {
    payload_id: string;
    face: { predictions: { face_id: string; bbox: { x: number }; emotions: { name: string; score: number }[] }[] };
  };
  expect(payload_id).toBe('two');
  expect(face.predictions).toMatchObject([{ face_id: '0' }]);
  const emotions = face.predictions[0]!.emotions;
  expect(emotions.map(({ name }) => name).sort()).toEqual(
    ['Anger', 'Disgust', 'Fear', 'Joy', 'Neutral', 'Sadness', 'Surprise'].sort(),
  );
  expect(emotions.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 2);
  client.json({ job_details: true });
  expect(await client.nth(2)).toMatchObject({ job_details: { job_id: expect.any(String) as string } });
  client.json({ data: 'aGVsbG8=', models: { face: {} } });
  client.json({ data: 'hello', raw_text: true, models: { language: {} } });
  client.json({ data, models: { burst: {}, face: {} } });
  client.json({ wrong: true });
  await client.nth(6);
  expect(client.said.slice(3).map(({ code }) => code)).toEqual([
    'invalid_image_frame',
    'unsupported',
    'unsupported',
    'message_invalid',
  ]);
});
