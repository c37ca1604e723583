import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';

const TRITON = { engine: 'triton', engineUrl: 'grpc://10.0.0.1:8001' };
const load = (flags: Record<string, unknown>) => loadConfig({ flags });

describe('inference servers', () => {
  it('are taken by any of the four schemes, several of them, as environment and flags have them', () => {
    const urls = ['grpc://a:1', 'grpcs://b:2', 'http://[::1]:8000/behind/a/path', 'https://c'];
    expect(load({ ...TRITON, engineUrl: urls.join(', ') }).engineUrl).toEqual(urls);
    expect(load({ ...TRITON, engineUrl: urls }).engineUrl).toEqual(urls);
    expect(load(TRITON)).toMatchObject({ engineFallback: 'none', engineUrl: ['grpc://10.0.0.1:8001'] });
    const env = { EMOSTREAM_ENGINE: 'triton', EMOSTREAM_ENGINE_URL: 'grpc://a:1', EMOSTREAM_ENGINE_FALLBACK: 'wasm' };
    expect(loadConfig({ env })).toMatchObject({ engine: 'triton', engineFallback: 'wasm' });
  });

  it.each([
    ['no server', { engine: 'triton' }, '--engine-url|engineUrl'],
    ['another engine', { ...TRITON, engine: 'wasm' }, 'engine-url: is of the engine triton'],
    ['a fallback of another engine', { engine: 'auto', engineFallback: 'wasm' }, 'engine-fallback: is of the engine'],
    ['no URL', { ...TRITON, engineUrl: '10.0.0.1:8001' }, 'must be grpc://'],
    ['another scheme', { ...TRITON, engineUrl: 'ws://a:1' }, 'must be grpc://'],
    ['a path of gRPC', { ...TRITON, engineUrl: 'grpc://a:1/path' }, 'must be grpc://'],
    ['the same server twice', { ...TRITON, engineUrl: 'grpc://a:1,grpc://a:1' }, 'twice'],
    ['certificates for nobody', { ...TRITON, engineCa: 'x.pem' }, 'no server is asked with TLS'],
    ['a token in the clear', { ...TRITON, engineToken: 'secret' }, 'not shown without TLS beyond loopback'],
    ['a token of two lines', { ...TRITON, engineUrl: 'grpcs://a:1', engineToken: 'se\ncret' }, 'no spaces'],
    ['itself to fall back to', { ...TRITON, engineFallback: 'triton' }, 'engine-fallback'],
  ])('%s is refused', (_, flags, text) => {
    expect(() => load(flags)).toThrow(new RegExp(text, 'u'));
  });

  it('are not told with what a URL or a token says in secret', () => {
    for (const flags of [
      { ...TRITON, engineUrl: 'grpc://ada:hush@a:1' },
      { ...TRITON, engineUrl: 'https://a?key=hush' },
      { ...TRITON, engineToken: 'hush' },
    ]) {
      expect(() => load(flags)).toThrow(expect.not.stringContaining('hush') as Error);
      expect(() => load(flags)).toThrow(/engine-(url|token)/u);
    }
  });

  it('are shown a token on loopback', () => {
    for (const url of ['grpc://127.0.0.1:8001', 'http://[::1]:8000', 'http://localhost:8000', 'grpcs://a:1']) {
      expect(load({ ...TRITON, engineUrl: url, engineToken: 'secret' }).engineToken).toBe('secret');
    }
  });
});
