import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { envName, flagName, loadConfig } from '../../src/config/load.js';
import { optionDocs } from '../../src/config/table.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SECRET = 'a-secret-of-more-than-thirty-two-characters';

function refused(sources: Parameters<typeof loadConfig>[0]): EmostreamError {
  try {
    loadConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(EmostreamError);
    expect((error as EmostreamError).code).toBe('CONFIG_INVALID');
    return error as EmostreamError;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  it('has a default for everything that a first start needs, on loopback', () => {
    const config = loadConfig();
    expect(config.host).toBe('127.0.0.1');
    expect(config.engine).toBe('auto');
  });

  it('takes flags over environment over file over defaults', () => {
    const file = join(temporaryFolder(), 'config.json');
    writeFileSync(file, JSON.stringify({ httpPort: 1001, maxBatch: 3, heartbeat: 700 }));
    const config = loadConfig({
      file,
      env: { EMOSTREAM_HTTP_PORT: '1002', EMOSTREAM_MAX_BATCH: '4' },
      flags: { httpPort: '1003' },
    });
    expect([config.httpPort, config.maxBatch, config.heartbeat]).toEqual([1003, 4, 700]);
  });

  it('names each wrong option and where it was set', () => {
    const error = refused({ env: { EMOSTREAM_HTTP_PORT: 'ninety' }, flags: { maxBatch: '0' } });
    expect(error.message).toContain('--max-batch');
    expect(error.message).toContain('EMOSTREAM_HTTP_PORT: must be a whole number from 0 to 65535');
  });

  it('refuses an unknown option wherever it stands', () => {
    expect(refused({ env: { EMOSTREAM_HTPP_PORT: '1' } }).message).toContain('EMOSTREAM_HTPP_PORT');
    const file = join(temporaryFolder(), 'config.json');
    writeFileSync(file, '{"htppPort": 1}');
    expect(refused({ file }).message).toContain('htppPort');
  });

  it('starts in the shell whose EMOSTREAM_TOKEN a client uses', () => {
    expect(loadConfig({ env: { EMOSTREAM_TOKEN: 'x' } }).host).toBe('127.0.0.1');
  });

  it('refuses a file that is missing or is not JSON', () => {
    refused({ file: '/nonexistent/config.json' });
    const file = join(temporaryFolder(), 'config.json');
    writeFileSync(file, '{');
    refused({ file });
  });

  it('listens beyond loopback only with a secret', () => {
    expect(refused({ flags: { host: '0.0.0.0' } }).message).toContain('jwtSecret');
    expect(loadConfig({ flags: { host: '0.0.0.0', jwtSecret: SECRET } }).host).toBe('0.0.0.0');
  });

  it('refuses a short secret, half a TLS pair and an any-address without an announced one', () => {
    refused({ flags: { jwtSecret: 'short' } });
    refused({ flags: { tlsCert: 'cert.pem' } });
    refused({ flags: { rtcHost: '0.0.0.0' } });
    refused({ flags: { rtcHost: '127.0.0.1, ::' } });
  });

  it('takes NATS servers, and credentials from files alone, which it never repeats', () => {
    const [creds, token] = [
      join(temporaryFolder({ creds: 'x' }), 'creds'),
      join(temporaryFolder({ token: 'x' }), 'token'),
    ];
    const nats = 'nats://10.0.0.1:4222, tls://[fd00::1]:4222,nats://nats.example';
    const jwtSecret = 'x'.repeat(32);
    expect(loadConfig({ flags: { nats, jwtSecret, natsCreds: creds } }).nats).toHaveLength(3);
    const withPassword = refused({ env: { EMOSTREAM_NATS: 'nats://me:hunter2@10.0.0.1:4222' } }).message;
    expect(withPassword).toContain('natsCreds');
    expect(withPassword).not.toContain('hunter2');
    for (const wrong of ['10.0.0.1:4222', 'http://10.0.0.1', 'nats://', 'nats://a b'])
      refused({ flags: { nats: wrong, jwtSecret } });
    refused({ flags: { natsTokenFile: token } });
    refused({ flags: { nats, jwtSecret, natsCreds: creds, natsTokenFile: token } });
    refused({ flags: { nats, jwtSecret, natsCa: '/nonexistent/ca.pem' } });
    expect(refused({ flags: { nats } }).message).toContain('jwtSecret');
    const nodeUrl = 'https://node-1.calls.example/';
    expect(loadConfig({ flags: { nats, jwtSecret, nodeUrl } }).nodeUrl).toBe(nodeUrl);
    refused({ flags: { nodeUrl } });
    refused({ flags: { nats, jwtSecret, host: '0.0.0.0' } });
    for (const wrong of ['node-1', 'ws://node-1', 'https://me:pw@node-1', 'https://node-1/?a=b'])
      refused({ flags: { nats, jwtSecret, nodeUrl: wrong } });
  });

  it('takes for media the machine’s own addresses, or those that are named', () => {
    expect(loadConfig({}).rtcHost).toBe('auto');
    expect(loadConfig({ flags: { rtcHost: '192.0.2.7, fd00::7' } }).rtcHost).toBe('192.0.2.7, fd00::7');
    expect(refused({ flags: { rtcHost: 'localhost' } }).message).toContain('IP addresses');
    expect(refused({ flags: { rtcHost: '' } }).message).toContain('IP addresses');
    const rtcAnnouncedAddress = '198.51.100.7';
    for (const rtcHost of ['auto', '0.0.0.0', '192.0.2.7']) loadConfig({ flags: { rtcHost, rtcAnnouncedAddress } });
    refused({ flags: { rtcHost: '192.0.2.7,192.0.2.8', rtcAnnouncedAddress } });
  });

  it('tells everything that is wrong at once: unknown names, wrong values and wrong combinations', () => {
    const file = join(temporaryFolder(), 'config.json');
    writeFileSync(file, '{"htppPort": 1, "smoothing": -1}');
    const { message } = refused({
      file,
      env: { EMOSTREAM_MAX_ROMS: '3', EMOSTREAM_HTTP_PORT: 'ninety', EMOSTREAM_TLS_CERT: '/nonexistent/cert.pem' },
      flags: { host: '0.0.0.0', rtcHost: '0.0.0.0' },
    });
    const told = message.split('\n').slice(1);
    for (const named of [
      'EMOSTREAM_MAX_ROMS',
      'htppPort',
      'smoothing',
      'EMOSTREAM_HTTP_PORT',
      '--host',
      '--rtc-host',
    ]) {
      expect(told.filter((line) => line.includes(named)).length, named).toBe(1);
    }
    expect(told.some((line) => /EMOSTREAM_TLS_CERT.*go together/.test(line))).toBe(true);
    expect(told.length).toBe(7);
    // A file that cannot be read hides nothing of the rest, and says nothing of what stands in it.
    writeFileSync(file, `{"jwtSecret": ${SECRET}}`);
    const unreadable = refused({ file, env: { EMOSTREAM_MAX_ROMS: '3' } }).message;
    expect(unreadable).toContain('EMOSTREAM_MAX_ROMS');
    expect(unreadable).toContain(file);
    expect(unreadable).not.toContain(SECRET.slice(0, 8));
  });

  it('does not judge a combination of which one part is wrong by itself', () => {
    const { message } = refused({ flags: { host: '0.0.0.0', jwtSecret: '' } });
    expect(message).toContain('--jwt-secret');
    expect(message).not.toContain('development mode');
  });

  it('reads switches and lists from the environment', () => {
    const config = loadConfig({
      env: { EMOSTREAM_ALLOW_VOICE: 'no', EMOSTREAM_ALLOWED_ORIGINS: 'https://a.example, https://b.example' },
    });
    expect(config.allowVoice).toBe(false);
    expect(config.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  it.each(['calls.example', 'https://*.example', 'https://a.example/path', 'ws://a.example', '*'])(
    'refuses an origin that no page can have: %s',
    (entry) => {
      expect(() => loadConfig({ env: {}, flags: { allowedOrigins: entry } })).toThrow(
        /allowed-origins.*scheme:\/\/host/s,
      );
    },
  );

  it('describes every option with a sentence', () => {
    expect(envName('rtcAnnouncedAddress')).toBe('EMOSTREAM_RTC_ANNOUNCED_ADDRESS');
    expect(flagName('rtcAnnouncedAddress')).toBe('--rtc-announced-address');
    for (const option of optionDocs()) expect(option.description, option.key).toMatch(/^[A-Za-z`].*\.$/);
  });
});
