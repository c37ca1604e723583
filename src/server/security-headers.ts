import type { ServerResponse } from 'node:http';

export interface SecurityHeaderOptions {
  tls: boolean;
  /** Origins whose pages may show ours in a frame, besides our own. */
  allowedOrigins: readonly string[];
  /** Sources of other nodes, which our pages may ask. */
  nodes?: readonly string[];
}

/** Headers that go with every answer. */
export function securityHeaders({ tls, allowedOrigins, nodes = [] }: SecurityHeaderOptions): Record<string, string> {
  const policy = [
    "default-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
    // A page's socket is of another scheme than the page.
    `connect-src ${["'self'", ...nodes, ...nodes.map((origin) => origin.replace(/^http/, 'ws'))].join(' ')}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob: mediastream:",
    "worker-src 'self' blob:",
    // The overlay is an element with a style of its own, so that it can be put into any page.
    "style-src 'self'",
    `frame-ancestors ${["'self'", ...allowedOrigins].join(' ')}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'Permissions-Policy':
      'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    ...(tls ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
}

export function setHeaders(response: ServerResponse, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
