import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import type { UnsequencedEvent } from '../../src/events/bus.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { WebhookSender } from '../../src/server/webhooks/sender.js';
import { webhookHeaders } from '../../src/server/webhooks/sign.js';
import { Summaries } from '../../src/server/webhooks/summary.js';
import { Webhooks } from '../../src/server/webhooks/webhooks.js';
import { RecordingMeter } from '../sfu/support/recording-meter.js';
import { emotionEvent } from './support/emotion-event.js';
import { gapEvent } from './support/test-server.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const who = { room: 'room', participant: 'alice' };
const ALL = { face: true, voice: true, words: true };
const begin = (at = 0): UnsequencedEvent => ({ type: 'begin', ...who, at, analysed: ALL });
const end = (at = 0): UnsequencedEvent => ({ type: 'end', ...who, at, reason: 'left' });
const told = (event: UnsequencedEvent) => ({ ...event, epoch: 'e', seq: 1 }) as RoomEvent;

it('is signed as the specification’s own example is', () => {
  const headers = webhookHeaders(SECRET, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}');
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe('a summary', () => {
  it('counts each second once, by its newest revision, and the seconds without a result', () => {
    const summaries = new Summaries();
    const tell = (event: UnsequencedEvent) => summaries.event(told(event));
    tell(begin(1000));
    for (let second = 0; second < 100; second++) tell({ ...emotionEvent(second), label: 'happy' } as UnsequencedEvent);
    tell({ ...emotionEvent(99), revision: 1, label: 'sad', valence: -1, arousal: 1 } as UnsequencedEvent);
    tell({ ...emotionEvent(100), uncertain: true } as UnsequencedEvent);
    tell({ ...emotionEvent(101), label: null, valence: null, arousal: null } as UnsequencedEvent);
    tell(gapEvent());
    // A change of what is analysed begins no new stretch.
    tell(begin(50_000));
    const summary = tell(end(120_000));
    expect(summary).toMatchObject({ ...who, from: 1000, to: 120_000, seconds: 102, gaps: 1, uncertain: 2 });
    expect(summary?.labels).toMatchObject({ happy: 99, sad: 1, neutral: 0 });
    expect(summary?.valence).toBeCloseTo((100 * 0.1 - 1) / 101, 4);
    expect(tell(end(130_000))).toBeNull();
    expect(summaries.size).toBe(0);
  });

  it('is not made of what is forgotten, nor of nothing', () => {
    const summaries = new Summaries();
    summaries.event(told(begin()));
    expect(summaries.event(told(end()))).toBeNull();
    summaries.event(told(begin()));
    summaries.event(told(emotionEvent(1)));
    summaries.forget(who);
    expect(summaries.event(told(end()))).toBeNull();
  });
});

let http: Server | undefined;
afterEach(() => {
  http?.closeAllConnections();
  http?.close();
  http = undefined;
});

/** A receiver that checks signatures, and answers by a script; then with 200. */
async function receiver(
  ...statuses: number[]
): Promise<{ url: string; got: { id: string; type: string; data: never }[]; asked: () => number }> {
  const got: { id: string; type: string; data: never }[] = [];
  let asked = 0;
  http = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      asked += 1;
      const id = String(request.headers['webhook-id']);
      const signed = `${id}.${String(request.headers['webhook-timestamp'])}.${body}`;
      const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
      expect(request.headers['webhook-signature']).toBe(
        `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
      );
      const status = statuses.shift() ?? 200;
      if (status === 200) got.push({ id, ...(JSON.parse(body) as { type: string; data: never }) });
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('whatever');
    })();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`, got, asked: () => asked };
}

const dropped = (meter: RecordingMeter, reason: string) =>
  meter.value('emostream_dropped_total', { stage: 'webhook', reason });

it('begin, end and a summary reach the receiver in order; a withdrawal takes back what was measured', async () => {
  const { url, got } = await receiver();
  const meter = new RecordingMeter();
  const webhooks = new Webhooks(url, SECRET, { meter, clock: Date.now });
  const bus = new InProcessBus({
    onPublish: (event) => webhooks.published(event),
    onForget: (person, kept) => kept === 'state' && webhooks.forgot(person),
  });
  bus.enter(who);
  bus.consent(who, ALL);
  bus.publish(begin());
  bus.publish(emotionEvent(1));
  bus.publish(end(5000));
  bus.leave(who, false);
  // Told already: that cannot be taken back any more.
  await vi.waitUntil(() => got.length === 3, { timeout: 60_000 });
  bus.enter(who);
  bus.consent(who, ALL);
  bus.publish(begin(6000));
  bus.publish(emotionEvent(6));
  bus.consent(who, { face: false, voice: false, words: false });
  bus.publish(end(7000));
  await webhooks.close();
  expect(got.map(({ type }) => type)).toEqual(['begin', 'end', 'summary', 'begin', 'end']);
  expect(got[2]!.data).toMatchObject({ ...who, from: 0, to: 5000, seconds: 1, labels: { neutral: 1 } });
});

function sender(url: string) {
  const meter = new RecordingMeter();
  const delays: number[] = [];
  const subject = new WebhookSender({
    url,
    secret: SECRET,
    meter,
    clock: () => now.ms,
    schedule: (delayMs, task) => {
      delays.push(delayMs);
      setImmediate(task);
      return () => undefined;
    },
    random: () => 1,
    post: async (target, headers, body, signal) =>
      (await fetch(target, { method: 'POST', headers, body, signal, redirect: 'manual' })).status,
  });
  return { subject, meter, delays };
}
const now = { ms: 1_000_000 };

it('what is not taken is tried again, later and later, under the same id; what is refused is dropped and counted', async () => {
  const { url, got, asked } = await receiver(500, 429, 503, 200, 400, 302, 200);
  const { subject, meter, delays } = sender(url);
  for (const type of ['a', 'b', 'c', 'd']) subject.send(who, { type });
  await subject.close(60_000);
  expect(got.map(({ type }) => type)).toEqual(['a', 'd']);
  expect(delays).toEqual([1000, 2000, 4000]);
  expect(asked()).toBe(7);
  expect(dropped(meter, 'refused')).toBe(2);
});

it('what nobody takes is bounded in number and time, and given up at the close', async () => {
  const { subject, meter } = sender('http://127.0.0.1:1/');
  for (let index = 0; index < 1200; index++) subject.send(who, { type: 'a' });
  expect(subject.waiting).toBe(1000);
  expect(dropped(meter, 'overflow')).toBe(200);
  subject.send(who, { type: 'summary' }, true);
  subject.forget(who);
  expect(dropped(meter, 'forgotten')).toBe(1);
  await subject.close(1);
  expect(subject.waiting).toBe(0);
});

it('wrong options are refused at the start', () => {
  const load = (flags: Record<string, unknown>) => () => loadConfig({ env: {}, flags, checkFiles: false });
  const webhookSecret = SECRET;
  expect(load({ webhookUrl: 'https://a.example/', webhookSecret })).not.toThrow();
  expect(load({ webhookUrl: 'http://127.0.0.1:9/', webhookSecret })).not.toThrow();
  expect(load({ webhookUrl: 'https://a.example/' })).toThrow(/webhookSecret/);
  expect(load({ webhookUrl: 'http://a.example/', webhookSecret })).toThrow(/https:/);
  expect(load({ webhookUrl: 'https://a.example/', webhookSecret: 'whsec_short' })).toThrow(/24 to 64 bytes/);
});
