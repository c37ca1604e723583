import { afterEach, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { Call } from '../analysis/support/call.js';
import { ServeProcess } from '../cli/support/serve-process.js';
import { SECRET } from '../server/support/test-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { attribute, OtlpReceiver, times } from './support/otlp-receiver.js';

let receiver: OtlpReceiver | undefined;
let call: Call | undefined;
let server: ServeProcess | undefined;
afterEach(async () => {
  await call?.close();
  server?.kill();
  receiver?.close();
  [receiver, call, server] = [undefined, undefined, undefined];
});

const WAY = ['receive', 'decode', 'close', 'features', 'hand over', 'queue', 'inference', 'publish'];

it('the whole way of a window of a real call arrives, through both processes, with ids and no word', async () => {
  const at = (receiver = await OtlpReceiver.open());
  call = await Call.start('traced', { traceEndpoint: receiver.endpoint, traceShare: 1 });
  const person = { recording: callRecording(), consent: { face: true, voice: true, words: true } };
  const anna = await call.join('anna', person);
  anna.peer.start();
  await call.until('an event', () => call?.of('emotion', 'anna').find((event) => event.face.present));
  anna.say('my secret is safe with you');
  await call.until('words', () => call?.of('emotion', 'anna').find((event) => event.words.present));
  const spans = await at.until(() =>
    [...at.whole().values()].find((trace) => WAY.every((name) => trace.some((span) => span.name === name))),
  );

  const whole = spans.find(({ parentSpanId }) => !parentSpanId)!;
  const start = Number(attribute(whole, 'emostream.window.start'));
  const event = call.of('emotion', 'anna').find(({ window }) => window.start === start)!;
  expect(attribute(whole, 'emostream.room')).toBe('traced');
  expect(attribute(whole, 'emostream.participant')).toBe('anna');
  expect(times(whole).start).toBeCloseTo(start, 2);
  // The event says of itself how long it took from the window's end on.
  expect(times(whole).end - event.window.end).toBeCloseTo(event.latency.total, 0);
  const took = (name: string) => {
    const { start, end } = times(spans.find((span) => span.name === name)!);
    return end - start;
  };
  for (const name of ['decode', 'close', 'queue', 'inference', 'publish'] as const) {
    expect(took(name), name).toBeCloseTo(event.latency[name] ?? -1, 0);
  }
  for (const { spanId, parentSpanId } of spans) if (spanId !== whole.spanId) expect(parentSpanId).toBe(whole.spanId);
  await at.until(() => at.spans.some((span) => Number(attribute(span, 'emostream.window.revision') ?? 0) > 0));
  expect(at.text).not.toMatch(/secret|safe/);
});

/** Says whenever OpenTelemetry is looked for: but for its interfaces, which prom-client loads, for exemplars. */
const WATCH = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    if (/^@opentelemetry\\/(?!api$)/.test(specifier)) console.error('LOOKED FOR ' + specifier);
    return next(specifier, context);
  },
});`;

it.each([true, false])('OpenTelemetry is loaded and sent to where traces are switched on: %s', async (on) => {
  const at = (receiver = await OtlpReceiver.open());
  const folder = temporaryFolder({ 'watch.mjs': WATCH });
  const flags = on ? ['--trace-endpoint', at.endpoint, '--trace-share', '1'] : [];
  const options = `--import ${folder}/watch.mjs`;
  server = new ServeProcess({ flags, speech: false, env: { EMOSTREAM_JWT_SECRET: SECRET, NODE_OPTIONS: options } });
  const client = await server.connect(await server.ready());
  await client.request('subscribe', {});
  await client.join('A Name', { face: false, voice: false, words: true });
  await client.next('emotion', 2);
  if (on) {
    await at.until(() => at.whole().size > 0);
    expect(at.text).not.toContain('A Name');
  } else {
    expect(at.requests).toBe(0);
  }
  expect(server.output.includes('LOOKED FOR')).toBe(on);
});
