import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { configuredAddresses, ownAddresses, usableAddresses } from '../../src/sfu/media-addresses.js';

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({
    address,
    internal,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    netmask: '',
    mac: '00:00:00:00:00:00',
    cidr: null,
    ...(address.includes(':') ? { scopeid: 0 } : {}),
  }) as NetworkInterfaceInfo;
const lo = [info('127.0.0.1', true), info('::1', true)];

test('loopback first, then the machine’s own addresses, those of containers last; no IPv6 link-local', () => {
  const interfaces = {
    lo,
    docker0: [info('172.17.0.1'), info('fe80::42:1')],
    wlan0: [info('fe80::1'), info('fd00::7'), info('2001:db8::7'), info('192.168.1.7')],
    tun0: [info('10.8.0.2')],
  };
  expect(ownAddresses(interfaces)).toEqual([
    '127.0.0.1',
    '192.168.1.7',
    '10.8.0.2',
    'fd00::7',
    '2001:db8::7',
    '172.17.0.1',
  ]);
  expect(ownAddresses({ lo })).toEqual(['127.0.0.1']);
  expect(ownAddresses({ lo, eth0: undefined })).toEqual(['127.0.0.1']);
});

test('an address that cannot be listened on is left out, and there are sixteen at most', async () => {
  // TEST-NET-3 (RFC 5737): nobody's own.
  expect(await usableAddresses(['127.0.0.1', '203.0.113.9'])).toEqual([{ ip: '127.0.0.1' }]);
  const many = Array.from({ length: 40 }, (_, index) => `127.0.0.${index + 1}`);
  expect(await usableAddresses(many)).toEqual(many.slice(0, 16).map((ip) => ({ ip })));
});

test('what is configured is taken as it is; an announced address alone is told, wherever media come in', () => {
  expect(configuredAddresses('auto')).toBeUndefined();
  expect(configuredAddresses('10.0.0.1, fd00::1')).toEqual([{ ip: '10.0.0.1' }, { ip: 'fd00::1' }]);
  const announced = '198.51.100.7';
  expect(configuredAddresses('0.0.0.0', announced)).toEqual([{ ip: '0.0.0.0', announced }]);
  expect(configuredAddresses('auto', announced)).toEqual([{ ip: '0.0.0.0', announced }]);
  expect(configuredAddresses('auto', '2001:db8::1')).toEqual([{ ip: '::', announced: '2001:db8::1' }]);
  expect(configuredAddresses('auto', 'media.example.org')).toEqual([{ ip: '0.0.0.0', announced: 'media.example.org' }]);
});
