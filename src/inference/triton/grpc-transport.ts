import {
  Client,
  credentials,
  Metadata,
  status,
  type ChannelOptions,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { grpcInferenceService, type GrpcInferAnswer, type GrpcInferRequest, type ReadyAnswer } from './grpc-service.js';
import { readOrBroken, saidBy, ServerFailure, timedOut, type FailedRequest } from './server-failure.js';
import {
  bytesOf,
  datatypeOf,
  requireTensor,
  type InferenceTransport,
  type InferRequest,
  type ModelMetadata,
  type TransportOptions,
} from './transport.js';

/** What a status says more than that it failed (https://grpc.io/docs/guides/status-codes). */
const OUTCOMES: Readonly<Partial<Record<status, FailedRequest>>> = {
  [status.NOT_FOUND]: 'missing',
  [status.UNIMPLEMENTED]: 'missing',
  [status.PERMISSION_DENIED]: 'unauthorised',
  [status.UNAUTHENTICATED]: 'unauthorised',
  [status.RESOURCE_EXHAUSTED]: 'unavailable',
  [status.UNAVAILABLE]: 'unavailable',
  [status.CANCELLED]: 'unavailable',
};

/** An answer is at most 64 numbers for each crop of a batch; this is for 16,000 of them. */
const MOST_BYTES = 4 * 1024 * 1024;

const CHANNEL: ChannelOptions = {
  'grpc.max_receive_message_length': MOST_BYTES,
  // Whom it is asked of again is for the caller to say, and a connection is dropped with its client.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  // Servers are named by the configuration and by nothing else.
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.primary_user_agent': 'emostream',
};

/** The Open Inference Protocol over gRPC, tensors in raw form. */
export class GrpcTransport implements InferenceTransport {
  readonly #options: TransportOptions;
  readonly #underWay = new Set<ClientUnaryCall>();
  #client: Client | null = null;

  /** @param options its `url` is `grpc://HOST:PORT` or `grpcs://HOST:PORT` */
  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async metadata(model: string, timeoutMs: number): Promise<ModelMetadata> {
    const until = performance.now() + timeoutMs;
    const ask = <I extends object, O extends object>(method: MethodDefinition<I, O>, message: I): Promise<O> =>
      this.#call(method, message, until - performance.now());
    const { ServerReady, ModelMetadata, ModelReady } = grpcInferenceService;
    requireReady(await ask(ServerReady, {}), 'it is not ready');
    const metadata = await ask(ModelMetadata, { name: model });
    requireReady(await ask(ModelReady, { name: model }), `its model ${model} is not ready`);
    return metadata;
  }

  async infer(request: InferRequest, timeoutMs: number): Promise<Float32Array> {
    const message = inferMessage(request, Math.max(1, Math.round(timeoutMs * 1000)));
    const answer = await this.#call(grpcInferenceService.ModelInfer, message, timeoutMs);
    return readOrBroken(() => readInferAnswer(request, answer));
  }

  reset(): void {
    this.#client?.close();
    this.#client = null;
    // They would wait for their time to pass.
    for (const call of this.#underWay) call.cancel();
  }

  /** @throws ServerFailure */
  async #call<I extends object, O extends object>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<I, O>,
    message: I,
    timeoutMs: number,
  ): Promise<O> {
    const ms = Math.max(1, Math.floor(timeoutMs));
    const { token } = this.#options;
    const headers = new Metadata();
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const client = (this.#client ??= this.#connect());
    const answer = await new Promise<Uint8Array>((resolve, reject) => {
      // Read outside, where what cannot be read is told from what the server says.
      const asItIs = (bytes: Buffer): Buffer => bytes;
      const options = { deadline: Date.now() + ms };
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        asItIs,
        message,
        headers,
        options,
        (error, bytes) => {
          this.#underWay.delete(call);
          if (error) reject(failureOf(error, ms));
          else resolve(bytes!);
        },
      );
      this.#underWay.add(call);
    });
    return readOrBroken(() => responseDeserialize(answer as Buffer));
  }

  #connect(): Client {
    const { protocol, host } = new URL(this.#options.url);
    const { ca } = this.#options;
    const secured = protocol === 'grpcs:';
    return new Client(
      host,
      secured ? credentials.createSsl(ca === undefined ? null : Buffer.from(ca)) : credentials.createInsecure(),
      CHANNEL,
    );
  }
}

/**
 * @param timeoutUs how long the server may keep it waiting, µs (Triton's `timeout`; other servers pass over it)
 */
export function inferMessage({ model, inputs, output }: InferRequest, timeoutUs: number): GrpcInferRequest {
  return {
    modelName: model,
    parameters: { timeout: { int64Param: timeoutUs } },
    inputs: inputs.map((input) => ({ name: input.name, datatype: datatypeOf(input), shape: [...input.shape] })),
    outputs: [{ name: output }],
    rawInputContents: inputs.map(bytesOf),
  };
}

/** @throws RangeError: it is not what was asked for */
export function readInferAnswer(request: InferRequest, { outputs, rawOutputContents }: GrpcInferAnswer): Float32Array {
  const [output] = outputs;
  const [raw] = rawOutputContents;
  if (!output || !raw) throw new RangeError('it has no output in raw form');
  if (outputs.length + rawOutputContents.length > 2) throw new RangeError('one output was asked for');
  return requireTensor(request, output, raw);
}

/** @throws ServerFailure */
function requireReady({ ready }: ReadyAnswer, otherwise: string): void {
  if (!ready) throw new ServerFailure('unavailable', otherwise);
}

/** Without the answer's headers: they may be anything, and this goes into a log. */
function failureOf({ code, details }: ServiceError, ms: number): ServerFailure {
  if (code === status.DEADLINE_EXCEEDED) return timedOut(ms);
  // The library leaves them out where what it rejects is no message.
  const said = saidBy((details as string | undefined) ?? '');
  return new ServerFailure(OUTCOMES[code] ?? 'refused', `${status[code] ?? 'it failed'}${said && ` (${said})`}`);
}
