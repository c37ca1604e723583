import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ALL, startServer } from './support/test-server.js';

test('names, captions, tokens and SDP never reach the log, whatever goes wrong', async () => {
  let log = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const subject = await startServer({}, { logger: pino({ level: 'trace' }, sink) });
  const token = await subject.token();
  const client = await subject.connect({}, { subject: 'id-7' });
  await client.join('Nobody Knows', ALL);
  await client.request('caption', { text: 'quite private', startMs: 0, endMs: 0, sentMs: 0 });
  client.send('{"text":"quite private"');
  await client.refused('join', { name: 'Nobody Knows', wrong: 'quite private' });
  await client.refused('connectTransport', { transportId: 'quite private', dtlsParameters: { role: 'quite private' } });
  const { transportId } = await client.request('createTransport', { direction: 'send' });
  await client.refused('connectTransport', {
    transportId,
    dtlsParameters: { fingerprints: [{ value: 'quite private' }] },
  });
  process.kill(subject.server.pool.workers[0]?.worker.pid ?? 0, 'SIGKILL');
  await client.next('roomReset');
  await subject.close();
  expect(log).toContain('id-7');
  expect(log).toContain('mediasoup worker died');
  for (const secret of ['Nobody', 'quite private', token.split('.')[2] ?? '', '127.0.0.1']) {
    expect(log).not.toContain(secret);
  }
});
