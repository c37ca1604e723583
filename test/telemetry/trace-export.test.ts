import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId, type Span } from '../../src/common/spans.js';
import { TraceExport } from '../../src/telemetry/trace-export.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { Recorder } from '../sfu/support/recorder.js';
import { attribute, OtlpReceiver, times } from './support/otlp-receiver.js';

class Log extends Recorder {
  readonly lines: { level: number; msg: string }[] = [];
  readonly logger = pino(
    new Writable({
      write: (chunk, _encoding, done) => {
        this.lines.push(JSON.parse(String(chunk)) as { level: number; msg: string });
        this.changed();
        done();
      },
    }),
  );
}

const span = (name: string, more: Partial<Span> = {}): Span => ({
  ...{ traceId: newId(16), spanId: newId(8), parentId: null, name },
  ...{ startMs: 1_700_000_000_123.25, endMs: 1_700_000_001_000.5, attributes: {} },
  ...more,
});
const many = (count: number): Span[] => Array.from({ length: count }, (_, index) => span(`span ${index}`));

let receiver: OtlpReceiver;
let meter: CountMeter;
let log: Log;
let traces: TraceExport;
beforeEach(async () => {
  receiver = await OtlpReceiver.open();
  [meter, log] = [new CountMeter(), new Log()];
  traces = await TraceExport.open({ endpoint: receiver.endpoint, version: '1.2.3', meter, logger: log.logger });
});
afterEach(async () => {
  await traces.close();
  receiver.close();
});

const dropped = (reason: string) => meter.counted('emostream_dropped_total', { stage: 'trace', reason });

describe('spans', () => {
  it('arrive with their ids, times, attributes and failure, from a service of our name', async () => {
    const whole = span('window', { attributes: { 'emostream.room': 'room', 'emostream.window.revision': 2 } });
    const part = span('queue', { traceId: whole.traceId, parentId: whole.spanId, failed: 'overloaded' });
    traces.add([whole, part]);
    const [first, second] = await receiver.until(() => receiver.spans.length === 2 && receiver.spans);
    expect(first).toMatchObject({ traceId: whole.traceId, spanId: whole.spanId, name: 'window', status: { code: 0 } });
    expect(first?.parentSpanId).toBeUndefined();
    expect(times(first!)).toEqual({ start: whole.startMs, end: whole.endMs });
    expect(attribute(first!, 'emostream.room')).toBe('room');
    expect(attribute(first!, 'emostream.window.revision')).toBe(2);
    expect(second).toMatchObject({ parentSpanId: whole.spanId, status: { code: 2, message: 'overloaded' } });
    expect([...receiver.services]).toEqual(['emostream']);
  });

  it('beyond what may wait go, the oldest first, and are counted; the others come in few requests', async () => {
    traces.add(many(5000));
    await receiver.until(() => receiver.spans.length === 4096);
    expect(receiver.spans[0]?.name).toBe('span 904');
    expect(dropped('overflow')).toBe(904);
    expect(receiver.requests).toBe(8);
  });

  it('that are not taken are counted, and that is said once, as is that they arrive again', async () => {
    receiver.status = 400;
    for (const failures of [1, 2]) {
      traces.add(many(3));
      await receiver.until(() => receiver.requests === failures);
    }
    await log.until(() => log.lines.length > 0);
    receiver.status = 200;
    traces.add([span('later')]);
    await log.until(() => log.lines.length === 2);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['later']);
    expect(dropped('not-sent')).toBe(6);
    expect(log.lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      '40 traces do not arrive where traceEndpoint says',
      '30 traces arrive again',
    ]);
  });

  it('that wait are sent at the end, and none after it', async () => {
    traces.add(many(3));
    await traces.close();
    expect(receiver.spans).toHaveLength(3);
    traces.add(many(2));
    expect(dropped('closed')).toBe(2);
  });

  it('of a receiver that does not answer hold up nobody: they are counted, and the end comes', async () => {
    receiver.hangs = true;
    traces.add(many(600));
    await receiver.until(() => receiver.requests === 1);
    traces.add(many(5000));
    await traces.close();
    // One request has 512 of them; of the others as many as may wait are given up at the end, with those.
    expect(dropped('overflow')).toBe(88 + 5000 - 4096);
    expect(dropped('closed')).toBe(512 + 4096);
    expect(dropped('not-sent')).toBe(0);
  });
});
