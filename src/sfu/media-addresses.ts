import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** An address that media is received on, and the one that browsers are told, where it differs. */
export interface MediaAddress {
  ip: string;
  announced?: string;
}

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Each address takes two sockets of every media worker, and each is a candidate that browsers try. */
export const MAX_MEDIA_ADDRESSES = 16;
const LOOPBACK = '127.0.0.1';
/** Networks between containers and virtual machines: of use to them alone, so they give way at the bound. */
const VIRTUAL = /^(docker|br-|veth|virbr|lxc|lxd|cni|flannel|cali|vmnet|vboxnet)/;

/**
 * Loopback first, for a page on the same machine, then the machine's own addresses: browsers prefer candidates in this order.
 * Firefox takes no loopback candidate (`media.peerconnection.ice.loopback`). IPv6 link-local addresses mean nothing without
 * the receiver's own name of the interface (RFC 4007 §6), so they are left out.
 */
export function ownAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  const own = Object.entries(interfaces)
    .flatMap(([name, infos]) => (infos ?? []).map((info) => ({ ...info, virtual: VIRTUAL.test(name) })))
    .filter(({ internal, address }) => !internal && !isLinkLocalV6(address));
  const rank = ({ virtual, family }: { virtual: boolean; family: string }) =>
    (virtual ? 2 : 0) + (family === 'IPv6' ? 1 : 0);
  own.sort((a, b) => rank(a) - rank(b));
  return [...new Set([LOOPBACK, ...own.map(({ address }) => address)])];
}

/** fe80::/10 (RFC 4291 §2.5.6). */
const isLinkLocalV6 = (address: string) => /^fe[89ab]/i.test(address);

/** What `rtcHost` and `rtcAnnouncedAddress` say; undefined for `auto`: the machine's own. */
export function configuredAddresses(rtcHost: string, announced?: string): MediaAddress[] | undefined {
  if (rtcHost !== 'auto') {
    const told = announced === undefined ? {} : { announced };
    return rtcHost.split(',').map((ip) => ({ ip: ip.trim(), ...told }));
  }
  // Behind NAT: whatever comes is welcome, and only the outer address is told.
  return announced === undefined ? undefined : [{ ip: isIPv6(announced) ? '::' : '0.0.0.0', announced }];
}

/** Those of the machine's own addresses that can be listened on now: one that is going, or still being checked, cannot. */
export async function usableAddresses(own: readonly string[] = ownAddresses()): Promise<MediaAddress[]> {
  const usable = await Promise.all(own.map(async (ip) => ((await canListen(ip)) ? [{ ip }] : [])));
  return usable.flat().slice(0, MAX_MEDIA_ADDRESSES);
}

function canListen(ip: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address: ip, port: 0, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
