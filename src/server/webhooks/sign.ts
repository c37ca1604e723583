import { createHmac } from 'node:crypto';

/**
 * The headers that prove where a webhook comes from, by the specification "Standard Webhooks": an HMAC-SHA256 over id, time and
 * body. Whoever receives one recomputes it, and refuses what is older than some minutes.
 * @param secret `whsec_` and base64
 */
export function webhookHeaders(secret: string, id: string, nowMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
