import { createHmac } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RemoteKeys } from '../../src/server/remote-keys.js';
import { mintToken, type TokenRules, verifyToken } from '../../src/server/tokens.js';
import { SECRET, startServer } from './support/test-server.js';

const NOW = Date.now();
const secret = new TextEncoder().encode(SECRET);
const GRANTS = { room: 'room', subscribe: true };
const ISSUER = 'https://id.example/realms/calls';

/** A token as somebody else's program writes it. */
const own = (claims: object) =>
  new SignJWT({ ...GRANTS, exp: Math.floor(NOW / 1000) + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
const verdict = (rules: TokenRules, token: string) =>
  verifyToken(rules, token, NOW).then(
    () => 'taken',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

describe('aud and iss of tokens that our secret signs', () => {
  test('our own carry them', async () => {
    const { token } = await mintToken({ secret }, GRANTS, { ttlSeconds: 60, nowMs: NOW });
    const [, payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: 'emostream',
      aud: 'emostream',
    });
    const rules = { secret, issuer: 'us', audience: 'calls' };
    const named = await mintToken(rules, GRANTS, { ttlSeconds: 60, nowMs: NOW });
    expect(await verdict(rules, named.token)).toBe('taken');
    expect(await verdict(rules, token)).toMatch(/^UNAUTHENTICATED .*"iss" must be "us"/);
  });

  test.each<[string, object, Partial<TokenRules>, RegExp]>([
    ['neither, as of old', {}, {}, /taken/],
    ['any issuer, none being set', { iss: 'my-app' }, {}, /taken/],
    ['our audience among others', { aud: ['x', 'emostream'] }, {}, /taken/],
    ['another audience', { aud: 'my-app' }, {}, /"aud" must be or hold "emostream".*tokenAudience/],
    ['no audience where one is set', {}, { audience: 'calls' }, /"aud"/],
    ['the audience that is set', { aud: 'calls' }, { audience: 'calls' }, /taken/],
    ['our name where another is set', { aud: 'emostream' }, { audience: 'calls' }, /"aud"/],
    ['no issuer where one is set', {}, { issuer: 'us' }, /"iss"/],
    ['an issuer that only begins so', { iss: 'us2' }, { issuer: 'us' }, /"iss"/],
    ['no end', { exp: undefined }, {}, /"exp"/],
    ['no room', { room: undefined }, {}, /"room"/],
  ])('%s', async (_name, claims, rules, expected) => {
    expect(await verdict({ secret, ...rules }, await own(claims))).toMatch(expected);
  });
});

describe('an identity provider', () => {
  let provider: Server;
  let asked = 0;
  let answer: (response: ServerResponse, request: IncomingMessage) => void;
  const keys: Record<string, Awaited<ReturnType<typeof generateKeyPair>> & { jwk: JWK }> = {};
  let nowMs: number;
  const told: string[] = [];
  const logger = {
    info: (_data: object, text: string) => void told.push(text),
    warn: (_data: object, text: string) => void told.push(text),
  };

  beforeAll(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      keys[alg] = { publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: `k-${alg}`, alg } };
    }
  });
  afterEach(() => {
    vi.useRealTimers();
    provider.closeAllConnections();
    provider.close();
  });
  /** jose goes by the machine's clock. */
  const pass = (ms: number) => vi.setSystemTime((nowMs += ms));

  const give = (set: JWK[]) => (response: ServerResponse) => void response.end(JSON.stringify({ keys: set }));
  const all = () => Object.values(keys).map(({ jwk }) => jwk);
  /** A provider on this machine, and the rules of a server that trusts it. */
  const start = async (first: typeof answer) => {
    answer = first;
    asked = 0;
    nowMs = NOW;
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    told.length = 0;
    provider = createHttpServer((request, response) => {
      asked += 1;
      answer(response, request);
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const url = new URL(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`);
    const remote = new RemoteKeys(url, { clock: () => nowMs, logger: logger as never });
    return { remote, rules: { secret, provider: { issuer: ISSUER, key: remote.find } } satisfies TokenRules };
  };
  const claims = (more: object = {}) => ({
    ...{ iss: ISSUER, aud: 'emostream', sub: 'u-1', exp: Math.floor(NOW / 1000) + 60 },
    ...GRANTS,
    ...more,
  });
  const signed = (alg: string, more: object = {}, header: object = {}) =>
    new SignJWT(claims(more)).setProtectedHeader({ alg, kid: `k-${alg}`, ...header }).sign(keys[alg]!.privateKey);

  test.each(['RS256', 'ES256', 'EdDSA'])('signs by %s, beside our own secret', async (alg) => {
    const { rules } = await start(give(all()));
    expect(await verifyToken(rules, await signed(alg), NOW)).toMatchObject({
      grants: { room: 'room', subscribe: true, publish: false, moderate: false },
      subject: 'u-1',
    });
    expect(await verdict(rules, await own({}))).toBe('taken');
    expect(asked).toBe(1);
  });

  test('may keep the grants in a claim of their own, and is not asked for who says too much of a person', async () => {
    const { rules } = await start(give(all()));
    const token = await signed('ES256', {
      ...{ room: undefined, subscribe: undefined, sub: 'ada@example.org' },
      emostream: { room: 'other', publish: true },
    });
    const identity = await verifyToken(rules, token, NOW);
    expect(identity.grants).toMatchObject({ room: 'other', publish: true, subscribe: false });
    expect(identity.subject).toMatch(/^[\w-]{43}$/);
  });

  test.each<[string, object, RegExp]>([
    ['another issuer', { iss: 'https://evil.example' }, /"iss"/],
    ['no issuer', { iss: undefined }, /"iss"/],
    ['another program’s audience', { aud: 'shop' }, /"aud"/],
    ['no audience: its keys sign for many', { aud: undefined }, /"aud"/],
    ['no end', { exp: undefined }, /"exp"/],
    ['its end behind it', { exp: Math.floor(NOW / 1000) - 60 }, /expired/],
    ['a beginning yet to come', { nbf: Math.floor(NOW / 1000) + 600 }, /"nbf"/],
  ])('is not believed with %s', async (_name, more, expected) => {
    const { rules } = await start(give(all()));
    expect(await verdict(rules, await signed('RS256', more))).toMatch(expected);
  });

  test('its public key is no shared secret, and a published secret is no key', async () => {
    const published = { kty: 'oct', kid: 'k-oct', k: Buffer.from(SECRET).toString('base64url'), alg: 'HS256' };
    const { rules } = await start(give([...all(), published]));
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = (header: object, key: string | Buffer) => {
      const content = `${base64(header)}.${base64(claims())}`;
      return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
    };
    const pem = await exportSPKI(keys.RS256!.publicKey);
    const provided = { provider: rules.provider, secret: undefined };
    for (const [header, key] of [
      [{ alg: 'HS256', kid: 'k-RS256' }, pem],
      [{ alg: 'HS256', kid: 'k-oct' }, SECRET],
      [{ alg: 'RS256', kid: 'k-RS256' }, pem],
      [{ alg: 'RS256', kid: 'k-oct' }, SECRET],
    ] as const) {
      const token = forged(header, key);
      expect(await verdict(provided, token)).toMatch(/^UNAUTHENTICATED/);
      if (key === pem) expect(await verdict(rules, token)).toMatch(/^UNAUTHENTICATED/);
    }
    expect(await verdict(rules, new UnsecuredJWT(claims()).encode())).toMatch(/^UNAUTHENTICATED/);
    // One that names another key of the same provider.
    expect(await verdict(rules, await signed('RS256', {}, { kid: 'k-ES256' }))).toMatch(/^UNAUTHENTICATED/);
    expect(await verdict({ secret }, await signed('RS256'))).toMatch(/^UNAUTHENTICATED .*HS256/);
  });

  test('changes its keys: a token that names a new one has them fetched anew, but not each of many', async () => {
    const { rules } = await start(give([keys.RS256!.jwk]));
    expect(await verdict(rules, await signed('RS256'))).toBe('taken');
    answer = give(all());
    for (let i = 0; i < 20; i++) expect(await verdict(rules, await signed('ES256'))).toMatch(/no such key/);
    expect(asked).toBe(1);
    pass(30_000);
    expect(await verdict(rules, await signed('ES256'))).toBe('taken');
    expect(asked).toBe(2);
    // A key that is published no more is good no more, ten minutes later at the latest.
    answer = give([keys.ES256!.jwk]);
    pass(600_000);
    expect(await verdict(rules, await signed('RS256'))).toMatch(/no such key/);
  });

  const LARGE = JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) });
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['answers 500', (response) => void response.writeHead(500).end(), /HTTP status 500/],
    ['sends us elsewhere', (r) => void r.writeHead(302, { location: 'http://127.0.0.1/x' }).end(), /HTTP status 302/],
    ['sends no JSON', (response) => void response.end('<html>'), /no JSON/],
    ['sends no keys', (response) => void response.end('{"keys":{}}'), /no set of/],
    ['sends too many', give(Array.from({ length: 101 }, () => ({ kty: 'RSA' }))), /no set of/],
    ['sends far too much', (response) => void response.end(LARGE), /more than 262144 bytes/],
    ['hangs up', (response) => void response.destroy(), /fetch failed|socket|closed/],
  ])('that %s is told, asked seldom, and taken again when it is well', async (_name, bad, why) => {
    const { rules, remote } = await start(bad);
    const token = await signed('RS256');
    expect(await verdict(rules, token)).toMatch(/^KEYS_UNAVAILABLE/);
    expect(remote.state).toMatchObject({ state: 'unreachable', keys: 0, why: expect.stringMatching(why) as string });
    // Strangers are not told why.
    for (let i = 0; i < 5; i++) expect(await verdict(rules, token)).not.toMatch(why);
    expect(asked).toBe(1);
    // Our own tokens do not depend on it.
    expect(await verdict(rules, await own({}))).toBe('taken');
    answer = give(all());
    pass(10_000);
    expect(await verdict(rules, token)).toBe('taken');
    expect(remote.state).toEqual({ state: 'ok', keys: 3 });
    expect(told).toEqual([
      'the identity provider’s keys cannot be fetched',
      'the identity provider’s keys can be had again',
    ]);
  });

  test('that is gone leaves its last keys good for an hour', async () => {
    const { rules, remote } = await start(give(all()));
    const token = await signed('EdDSA');
    await remote.warm();
    answer = (response) => void response.destroy();
    pass(3_599_000);
    expect(await verdict(rules, token)).toBe('taken');
    expect(remote.state).toMatchObject({ state: 'old', keys: 3 });
    // One that it had not then it may have now.
    expect(await verdict(rules, await signed('EdDSA', {}, { kid: 'new' }))).toMatch(/^KEYS_UNAVAILABLE/);
    pass(1000);
    expect(await verdict(rules, token)).toMatch(/^KEYS_UNAVAILABLE/);
    expect(remote.state).toMatchObject({ state: 'unreachable' });
  });

  test('that does not answer keeps the server from nothing but its tokens', async () => {
    await start(() => undefined);
    const jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
    const subject = await startServer({ jwksUrl, jwksIssuer: ISSUER });
    expect(subject.server.tokenKeys).toEqual({ state: 'asking', keys: 0 });
    const client = await subject.connect();
    await client.request('subscribe', {});
    // Whoever shows one of its tokens waits with it, and is told when it hangs up.
    const waiting = subject.connect({}, { token: await signed('RS256') });
    provider.closeAllConnections();
    await expect(waiting).rejects.toMatchObject({ status: 503 });
    expect(subject.server.tokenKeys).toMatchObject({ state: 'unreachable' });
    await subject.close();
  });

  test('lets people in without any secret of ours', async () => {
    await start(give(all()));
    const jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
    const subject = await startServer({ jwtSecret: undefined, jwksUrl, jwksIssuer: ISSUER });
    expect(subject.server.development).toBe(false);
    const client = await subject.connect({}, { token: await signed('RS256', { publish: true }) });
    expect((await client.join()).participant).toBe('u-1');
    await expect(subject.connect()).rejects.toMatchObject({ status: 401 });
    await subject.close();
  });
});
