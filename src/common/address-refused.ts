/** What keeps an address from being listened on. */
export type AddressRefused = 'in-use' | 'not-here' | 'not-allowed';

/** Of an error of Node's or of mediasoup's, which both say it in libuv's words (`uv_strerror`); undefined: something else is wrong. */
export function addressRefused(message: string): AddressRefused | undefined {
  if (message.includes('address already in use')) return 'in-use';
  if (message.includes('address not available')) return 'not-here';
  if (message.includes('permission denied')) return 'not-allowed';
  return undefined;
}
