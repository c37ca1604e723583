import { afterEach, expect, test, vi } from 'vitest';
import { tokenCommand } from '../../src/cli/token.js';
import { verifyToken } from '../../src/server/tokens.js';

const SECRET = 'a-secret-for-tests-of-32-characters!';
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function run(...args: string[]): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  await tokenCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(['node', 'token', ...args]);
  return output.trim();
}

test('prints a token with the grants and the life asked for', async () => {
  vi.stubEnv('EMOSTREAM_JWT_SECRET', SECRET);
  const token = await run('--room', 'room', '--subscribe', '--ttl', '60', '--subject', 'watcher');
  const key = new TextEncoder().encode(SECRET);
  expect(await verifyToken({ secret: key }, token, Date.now())).toMatchObject({
    grants: { room: 'room', publish: false, subscribe: true, moderate: false },
    subject: 'watcher',
  });
  await expect(verifyToken({ secret: key }, token, Date.now() + 70_000)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

test('without a secret, or without a grant, it says what to do', async () => {
  vi.stubEnv('EMOSTREAM_JWT_SECRET', '');
  await expect(run('--room', 'room', '--publish')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  vi.stubEnv('EMOSTREAM_JWT_SECRET', SECRET);
  await expect(run('--room', 'room')).rejects.toThrow('--publish');
});

test.each([['--room', 'a/b', '--publish'], ['--room', 'room', '--publish', '--ttl', '0'], ['--publish']])(
  '%s %s is refused',
  async (...args) => {
    vi.stubEnv('EMOSTREAM_JWT_SECRET', SECRET);
    await expect(run(...args)).rejects.toThrow(/invalid|required/);
  },
);
