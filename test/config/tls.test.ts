import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { certificateWarning, loadTls } from '../../src/config/tls.js';
import { startServer } from '../server/support/test-server.js';

const fixture = (name: string) => fileURLToPath(new URL(`../server/fixtures/${name}`, import.meta.url));
const CERT = fixture('localhost-cert.pem');
const KEY = fixture('localhost-key.pem');

const folder = mkdtempSync(join(tmpdir(), 'emostream-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });

/** Each line of what is wrong, and with which option. */
function problems(tlsCert: string, tlsKey: string): string[] {
  try {
    loadConfig({ flags: { tlsCert, tlsKey } });
  } catch (error) {
    expect((error as EmostreamError).code).toBe('CONFIG_INVALID');
    return (error as EmostreamError).message.split('\n').slice(1);
  }
  return [];
}

describe('TLS files', () => {
  it('that belong together are taken', () => {
    expect(problems(CERT, KEY)).toEqual([]);
    expect(loadTls({ tlsCert: CERT, tlsKey: KEY })?.cert).toEqual(readFileSync(CERT));
  });

  it('that are no PEM, or missing, are told by option, both at once', () => {
    const junk = file('junk.pem', 'not a certificate\n');
    expect(problems(junk, '/nonexistent/key.pem')).toEqual([
      expect.stringMatching(/^ {2}--tls-cert: .*junk\.pem holds no certificate in PEM form/),
      expect.stringMatching(/^ {2}--tls-key: .*key\.pem cannot be read \(ENOENT\)/),
    ]);
    const empty = file('empty.pem', '');
    expect(problems(empty, empty).length).toBe(2);
    expect(problems(folder, KEY)).toEqual([expect.stringContaining('EISDIR')]);
  });

  it('that were taken for each other, cut off, or are DER are told', () => {
    expect(problems(KEY, CERT)).toEqual([expect.stringContaining('--tls-cert'), expect.stringContaining('--tls-key')]);
    const pem = readFileSync(CERT, 'utf8');
    expect(problems(file('cut.pem', pem.slice(0, 200)), KEY)).toEqual([expect.stringContaining('--tls-cert')]);
    expect(problems(file('cert.der', new X509Certificate(pem).raw), KEY)).toEqual([
      expect.stringContaining('--tls-cert'),
    ]);
  });

  it('that do not belong together are told', () => {
    const other = join(folder, 'other-key.pem');
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', other);
    expect(problems(CERT, other)).toEqual([expect.stringMatching(/--tls-key: .*is not the key of the certificate/)]);
  });

  it('with a passphrase are told what to do', () => {
    const locked = join(folder, 'locked-key.pem');
    openssl('pkey', '-in', KEY, '-aes256', '-passout', 'pass:secret', '-out', locked);
    expect(problems(CERT, locked)).toEqual([expect.stringMatching(/--tls-key: .*encrypted.*openssl pkey/)]);
  });

  it('are looked at by the server itself too, whoever starts it', async () => {
    const junk = file('junk.pem', '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n');
    const error = await startServer({ tlsCert: junk, tlsKey: KEY }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^tlsCert: /) as string });
  });

  it('of the server are no concern of a command that reads none of them', () => {
    const config = loadConfig({ flags: { tlsCert: '/nonexistent', tlsKey: '/nonexistent' }, checkFiles: false });
    expect(config.tlsCert).toBe('/nonexistent');
  });
});

it('a certificate that has expired, or is not valid yet, is warned of', () => {
  const certificate = new X509Certificate(readFileSync(CERT));
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  expect(certificateWarning(certificate, (from + to) / 2)).toBeUndefined();
  expect(certificateWarning(certificate, to + 1000)).toContain('has expired');
  expect(certificateWarning(certificate, from - 1000)).toContain('not valid before');
});
