import type { InferenceTransport, TransportOptions } from './transport.js';

/** By the scheme of its URL. Imported when needed: who asks by HTTP, or no server at all, never loads gRPC. */
export async function transportTo(options: TransportOptions): Promise<InferenceTransport> {
  if (options.url.startsWith('grpc')) return new (await import('./grpc-transport.js')).GrpcTransport(options);
  return new (await import('./http-transport.js')).HttpTransport(options);
}
