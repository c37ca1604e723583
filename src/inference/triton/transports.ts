import { GrpcTransport } from './grpc-transport.js';
import { HttpTransport } from './http-transport.js';
import type { InferenceTransport, TransportOptions } from './transport.js';

/** By the scheme of its URL. */
export function transportTo(options: TransportOptions): InferenceTransport {
  return options.url.startsWith('grpc') ? new GrpcTransport(options) : new HttpTransport(options);
}
