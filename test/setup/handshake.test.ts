import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSenderReport } from '../../src/sfu/sender-report.js';
import type { SenderReport } from '../../src/sfu/types.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { HandshakeBrowser } from './handshake/browser.js';
import { HandshakeServer } from './handshake/signalling.js';

/**
 * The worker that the set-up brought, against a real browser: ICE, DTLS, SRTP and SCTP, each of which goes through a library
 * that the build bridges or a line that it patches.
 */
describe('the mediasoup worker with a real browser', () => {
  let server: HandshakeServer;
  let browser: HandshakeBrowser;

  beforeAll(async () => {
    const workerBin = findWorkerBinary();
    if (!workerBin) throw new Error('there is no mediasoup worker: run "npm run setup"');
    server = await HandshakeServer.create(workerBin);
    const chromium = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
    browser = await HandshakeBrowser.open(chromium, (method, data) => server.answer(method, data));
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const inPage = <T>(expression: string): Promise<T> => browser.page.evaluate<T>(`window.handshake.${expression}`);

  it('completes DTLS and carries SRTP and SCTP up from the browser', async () => {
    expect(await inPage('send()')).toBe('connected');
    expect([...server.transports.values()].map(({ dtlsState, sctpState }) => ({ dtlsState, sctpState }))).toEqual([
      { dtlsState: 'connected', sctpState: 'connected' },
    ]);
    expect(server.producers.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);

    for (const producer of server.producers) {
      const consumer = await server.tap(producer);
      const payloadType = consumer.rtpParameters.codecs[0]!.payloadType;
      const packets = await take(20, (each) => consumer.on('rtp', each));
      // Decrypted: the header is readable either way, the payload's size and type only after authentication (RFC 3711).
      for (const packet of packets) {
        expect(packet.readUInt8(0) >> 6).toBe(2);
        expect(packet.readUInt8(1) & 0x7f).toBe(payloadType);
      }
      consumer.close();
    }
  });

  it("reports the browser's sender reports, which map RTP time to its clock", async () => {
    expect(server.producers).toHaveLength(2);
    for (const producer of server.producers) {
      await producer.enableTraceEvent(['sr']);
      const clockRate = producer.rtpParameters.codecs[0]!.clockRate;
      const [first, second] = await twoReports(producer);
      const ssrcs = (await producer.getStats()).map(({ ssrc }) => ssrc);
      expect(ssrcs).toContain(first.ssrc);
      // RFC 3550 section 6.4.1: both timestamps of a report are of the same instant, so they advance together.
      const rtpTicks = (second.rtpTimestamp - first.rtpTimestamp) >>> 0;
      const seconds = (second.ntpMs - first.ntpMs) / 1000;
      expect(seconds).toBeGreaterThan(0);
      expect(rtpTicks / seconds / clockRate).toBeCloseTo(1, 1);
    }
  });

  it('carries SRTP and SCTP down to the browser, which decodes it', async () => {
    expect(await inPage('receive()')).toBe('connected');
    const played = await inPage<{ pictures: number; width: number; height: number }>('decoded(10)');
    expect(played.pictures).toBeGreaterThanOrEqual(10);
    expect(played.width / played.height).toBeCloseTo(640 / 480, 1);
  });

  it('carries messages of the data channel whole, small and fragmented, both ways', async () => {
    // From one byte to many times the path's MTU, and not only ASCII.
    const messages = ['a', 'grüß dich', 'x'.repeat(5_000), 'y'.repeat(200_000)];
    const all = (list: string[]): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (list.length >= messages.length) resolve();
        };
        server.onArrival = look;
        look();
      });
    for (const message of messages) server.sendDown(message);
    await all(server.acknowledged);
    expect(server.acknowledged).toEqual(messages);

    for (const message of messages) await inPage(`sendText(${JSON.stringify(message)})`);
    await all(server.received);
    expect(server.received).toEqual(messages);
  });

  it('is still alive after all that', () => {
    expect(server.workerAlive).toBe(true);
  });
});

/** The first `count` events. */
function take<T = Buffer>(count: number, listen: (each: (value: T) => void) => void): Promise<T[]> {
  return new Promise((resolve) => {
    const taken: T[] = [];
    listen((value) => {
      if (taken.length >= count) return;
      taken.push(value);
      if (taken.length === count) resolve(taken);
    });
  });
}

/** Two sender reports of the same stream: simulcast has one stream for each layer. */
function twoReports(producer: types.Producer): Promise<[SenderReport, SenderReport]> {
  return new Promise((resolve) => {
    const firsts = new Map<number, SenderReport>();
    producer.on('trace', ({ type, info, timestamp }) => {
      const report = type === 'sr' ? parseSenderReport(info, timestamp) : undefined;
      if (!report) return;
      const first = firsts.get(report.ssrc);
      if (first) resolve([first, report]);
      else firsts.set(report.ssrc, report);
    });
  });
}
