import { spawnSync } from 'node:child_process';
import { usableAddresses } from '../../../src/sfu/media-addresses.js';

/**
 * A network of the tests' own: loopback, and an interface with an address and a route, whose other end is here too, so that
 * nothing leaves the machine. Firefox takes no loopback address for media; and of others, while no real camera is in use, only
 * that of its default route.
 */
const SCRIPT = [
  'ip link set lo up',
  'ip link add emo0 type veth peer name emo1',
  'ip address add 10.213.7.1/24 dev emo0',
  'ip link set emo0 up',
  'ip link set emo1 up',
  'ip route add default via 10.213.7.2 dev emo0',
  'exec "$@"',
].join(' && ');

export type TestNetwork = { command: string[] } | { missing: string };

/** The command to put before another so that it runs in such a network; or why there is none. */
export async function testNetwork(): Promise<TestNetwork> {
  const tries = process.getuid?.() === 0 ? [['unshare', '--net']] : [['unshare', '--net', '--user', '--map-root-user']];
  let missing = '';
  for (const unshare of tries) {
    const command = [...unshare, 'sh', '-c', SCRIPT, 'sh'];
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
    const result = spawnSync(command[0]!, [...command.slice(1), 'true'], { encoding: 'utf8', timeout: 20_000, env });
    if (result.status === 0) return { command };
    missing = (result.stderr || result.error?.message || '').trim();
  }
  // The machine's own address will do.
  const own = (await usableAddresses()).filter(({ ip }) => ip !== '127.0.0.1');
  return own.length > 0 ? { command: [] } : { missing: `no network of the tests' own can be made here: ${missing}` };
}
