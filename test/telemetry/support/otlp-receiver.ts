import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Recorder } from '../../sfu/support/recorder.js';

type Value = { stringValue?: string; intValue?: number; doubleValue?: number };

/** A span as it comes over the wire (opentelemetry/proto/trace/v1/trace.proto, as JSON). */
export interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Value }[];
  status: { code: number; message?: string };
}

interface WireRequest {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] };
    scopeSpans: { spans: WireSpan[] }[];
  }[];
}

/** Takes traces as a collector does, over HTTP as JSON. */
export class OtlpReceiver extends Recorder {
  readonly spans: WireSpan[] = [];
  /** All that came, as text. */
  text = '';
  requests = 0;
  services = new Set<string>();
  /** What it answers; 400 is not tried again. */
  status = 200;
  /** Requests are left without an answer. */
  hangs = false;
  readonly #server: Server;

  private constructor() {
    super();
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        this.requests++;
        if (this.status === 200 && !this.hangs) this.#take(body);
        if (!this.hangs) response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
        this.changed();
      });
    });
  }

  static async open(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  /** Traces that have their whole, by id. */
  whole(): Map<string, WireSpan[]> {
    const ids = this.spans.filter(({ parentSpanId }) => !parentSpanId).map(({ traceId }) => traceId);
    return new Map(ids.map((id) => [id, this.spans.filter(({ traceId }) => traceId === id)]));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(body: string): void {
    this.text += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as WireRequest).resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
      this.services.add(service ?? '');
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
  }
}

export const attribute = (span: WireSpan, key: string): Value[keyof Value] => {
  const found = span.attributes.find((each) => each.key === key)?.value;
  return found?.stringValue ?? found?.intValue ?? found?.doubleValue;
};

/** Unix time in ms. */
export const times = ({ startTimeUnixNano, endTimeUnixNano }: WireSpan): { start: number; end: number } => ({
  start: Number(BigInt(startTimeUnixNano) / 1000n) / 1000,
  end: Number(BigInt(endTimeUnixNano) / 1000n) / 1000,
});
