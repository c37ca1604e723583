import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NONE, startServer, type TestServer } from '../support/test-server.js';
import { offer } from './support/offer.js';
import { locationOf, WhipRequests } from './support/whip-client.js';

let subject: TestServer;
let whip: WhipRequests;
beforeAll(async () => {
  subject = await startServer();
  whip = new WhipRequests(subject);
});
afterAll(() => subject.close());

let people = 0;
/** Somebody who agreed to their face and voice, and how they are asked of. */
async function somebody() {
  const token = await subject.token({ subscribe: false }, { subject: `p-${++people}` });
  const url = `${locationOf(await whip.post(token, offer(), { 'emostream-consent': 'face voice' }))}/consent`;
  const headers = { 'content-type': 'application/json', 'if-match': '"1"' };
  return {
    withdraw: () => whip.send('DELETE', url, token),
    stands: async () => ((await (await whip.send('GET', url, token)).json()) as { consent: object }).consent,
    put: (consent: object) => whip.send('PUT', url, token, headers, JSON.stringify({ consent })),
    /** A request whose body is still to come. */
    slowPut: () =>
      request(whip.url(url), {
        method: 'PUT',
        headers: { ...headers, authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' },
      }),
  };
}

describe('a withdrawal while consent is being given', () => {
  test('holds, though the request to give began before it and ends after it', async () => {
    const { withdraw, slowPut, stands } = await somebody();
    const giving = slowPut();
    const answered = once(giving, 'response') as Promise<[import('node:http').IncomingMessage]>;
    giving.write('{"consent": {"face": true, "voice": true, ');
    expect((await withdraw()).status).toBe(200);
    giving.end('"words": true}}');
    const [response] = await answered;
    await text(response);
    expect(response.statusCode).toBe(412);
    expect(await stands()).toEqual(NONE);
  });

  test('holds, whichever of the two is heard first, also of a request that takes and gives at once', async () => {
    for (let round = 0; round < 20; round++) {
      const { withdraw, put, stands } = await somebody();
      const both = [() => put({ face: false, voice: true, words: true }), withdraw];
      if (round % 2 === 1) both.reverse();
      const answers = await Promise.all(both.map((ask) => ask()));
      // The withdrawal is never refused; the other is done before it, or is not at all.
      expect(answers.map(({ status }) => status).sort()).toEqual([
        200,
        expect.toSatisfy((status) => [200, 412].includes(status as number)),
      ]);
      expect(await stands()).toEqual(NONE);
    }
  });
});
