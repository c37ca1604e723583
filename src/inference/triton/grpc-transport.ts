import { GrpcClient } from './grpc-client.js';
import { inferMessage, modelRequest, readInferAnswer, readMetadata, readReady } from './grpc-messages.js';
import { readOrBroken, ServerFailure } from './server-failure.js';
import {
  mostBytes,
  MOST_BESIDE,
  type InferenceTransport,
  type InferRequest,
  type ModelMetadata,
  type TransportOptions,
} from './transport.js';

const SERVICE = '/inference.GRPCInferenceService';

/** The Open Inference Protocol over gRPC, tensors in raw form. */
export class GrpcTransport implements InferenceTransport {
  readonly #client: GrpcClient;

  constructor(options: TransportOptions) {
    this.#client = new GrpcClient(options);
  }

  async metadata(model: string, timeoutMs: number): Promise<ModelMetadata> {
    const until = performance.now() + timeoutMs;
    const ask = (method: string, message: Uint8Array): Promise<Uint8Array> =>
      this.#client.call({
        ...{ path: `${SERVICE}/${method}`, message, mostBytes: MOST_BESIDE },
        timeoutMs: until - performance.now(),
      });
    const named = modelRequest(model);
    await this.#requireReady(ask('ServerReady', new Uint8Array(0)), 'it is not ready');
    const metadata = await ask('ModelMetadata', named);
    await this.#requireReady(ask('ModelReady', named), `its model ${model} is not ready`);
    return readOrBroken(() => readMetadata(metadata));
  }

  async infer(request: InferRequest, timeoutMs: number): Promise<Float32Array> {
    const answer = await this.#client.call({
      path: `${SERVICE}/ModelInfer`,
      message: inferMessage(request, Math.max(1, Math.round(timeoutMs * 1000))),
      ...{ timeoutMs, mostBytes: mostBytes(request) },
    });
    return readOrBroken(() => readInferAnswer(request, answer));
  }

  reset(): void {
    this.#client.reset();
  }

  async #requireReady(asked: Promise<Uint8Array>, otherwise: string): Promise<void> {
    const answer = await asked;
    if (!readOrBroken(() => readReady(answer))) throw new ServerFailure('unavailable', otherwise);
  }
}
