import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterReport } from '../cluster/cluster-rooms.js';
import type { PromMeter } from './prom-meter.js';

export interface ReadyReport {
  ready: boolean;
  engine: string;
  engineDevice: { kind: string; name: string; why?: string };
  /** Better engines, the best first, why they are not in use, and what to do about it. */
  passedOver: { engine: string; why: string; reason: string }[];
  model: string;
  /** Whether words are recognised in voices; without it words come from captions only, which is no reason not to serve. */
  speech: { state: 'on' | 'off' | 'missing'; language: string | null; advice?: string };
  /** Whether pretrained encoders hear voices, too; without them the voice is judged by its log-mel alone. */
  voiceEncoder: { state: 'on' | 'off' | 'unused' | 'missing'; advice?: string };
  /** The keys of an identity provider: while they cannot be had, calls go on and only its tokens open nothing. */
  tokenKeys?: { state: 'asking' | 'ok' | 'old' | 'unreachable'; keys: number; why?: string };
  /** As one node of many: a node that is cut off from NATS goes on with its calls, and begins none. */
  cluster?: ClusterReport;
  /** Named checks, true when good. */
  checks: Record<string, boolean>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** `/metrics`, `/healthz` (the process answers) and `/readyz` (it can do its work, and with which engine). */
export function telemetryHandlers(
  meter: PromMeter,
  readiness: () => ReadyReport | Promise<ReadyReport>,
  beforeScrape: () => void | Promise<void>,
): { metrics: Handler; healthz: Handler; readyz: Handler } {
  return {
    metrics: async (_request, response) => {
      await beforeScrape();
      const { body, contentType } = await meter.exposition();
      response.writeHead(200, { 'content-type': contentType }).end(body);
    },
    healthz: (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    },
    readyz: async (_request, response) => {
      const report = await readiness();
      response.writeHead(report.ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(report));
    },
  };
}
