import { z } from 'zod';

/**
 * Where a node says that it is. Clients are sent there, and pages' policies name it (Content-Security-Policy): so it has no user in it, and
 * its host is a name or an address, and no `*`, `;` or `,`, which the URL standard lets pass
 * (https://url.spec.whatwg.org/#forbidden-domain-code-point).
 */
export const nodeAddressSchema = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { hostname, username, password, search, hash } = new URL(text);
    return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(hostname) && !(username || password || search || hash);
  });
