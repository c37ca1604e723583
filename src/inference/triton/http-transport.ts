import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  HEADER_LENGTH,
  inferBody,
  readError,
  readInferAnswer,
  readMetadata,
  type HttpMessage,
} from './http-messages.js';
import {
  brokenAnswer,
  connectionFailed,
  readOrBroken,
  saidBy,
  ServerFailure,
  timedOut,
  type FailedRequest,
} from './server-failure.js';
import {
  mostBytes,
  MOST_BESIDE,
  type InferenceTransport,
  type InferRequest,
  type ModelMetadata,
  type TransportOptions,
} from './transport.js';

interface Answer {
  status: number;
  headerLength: string | undefined;
  body: Buffer;
}

/** Most connections to one server; what comes past that waits for one, within its time. */
const MOST_CONNECTIONS = 32;

/** The Open Inference Protocol over HTTP/1.1 with connections that are kept, tensors in binary. */
export class HttpTransport implements InferenceTransport {
  readonly #base: URL;
  readonly #options: TransportOptions;
  #agent: HttpAgent;

  constructor(options: TransportOptions) {
    this.#options = options;
    // A path in the URL is kept: some servers stand behind one.
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
    this.#agent = this.#newAgent();
  }

  async metadata(model: string, timeoutMs: number): Promise<ModelMetadata> {
    const until = performance.now() + timeoutMs;
    const get = async (path: string): Promise<Answer> =>
      this.#ask(path, null, { timeoutMs: until - performance.now(), most: MOST_BESIDE });
    const ready = await get('v2/health/ready');
    if (ready.status !== 200) throw refusal(ready, 'unavailable');
    const modelPath = `v2/models/${encodeURIComponent(model)}`;
    const metadata = await get(modelPath);
    // Triton has answered 400 for a model that it does not have, and answers 404.
    if (metadata.status !== 200) throw refusal(metadata, metadata.status < 500 ? 'missing' : 'unavailable');
    const modelReady = await get(`${modelPath}/ready`);
    if (modelReady.status !== 200) throw refusal(modelReady, 'unavailable');
    return readOrBroken(() => readMetadata(metadata.body));
  }

  async infer(request: InferRequest, timeoutMs: number): Promise<Float32Array> {
    const path = `v2/models/${encodeURIComponent(request.model)}/infer`;
    const message = inferBody(request, Math.max(1, Math.round(timeoutMs * 1000)));
    const answer = await this.#ask(path, message, { timeoutMs, most: mostBytes(request) });
    if (answer.status !== 200) throw refusal(answer, 'refused');
    return readOrBroken(() => readInferAnswer(request, answer.body, answer.headerLength));
  }

  reset(): void {
    this.#agent.destroy();
    this.#agent = this.#newAgent();
  }

  #newAgent(): HttpAgent {
    const options = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
    const { ca } = this.#options;
    return this.#base.protocol === 'https:'
      ? new HttpsAgent({ ...options, ...(ca && { ca }) })
      : new HttpAgent(options);
  }

  #ask(
    path: string,
    message: HttpMessage | null,
    { timeoutMs, most }: { timeoutMs: number; most: number },
  ): Promise<Answer> {
    const { token } = this.#options;
    const length = message?.body.reduce((sum, piece) => sum + piece.length, 0);
    return new Promise((resolve, reject) => {
      const ask = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = ask(
        new URL(path, this.#base),
        {
          method: message ? 'POST' : 'GET',
          agent: this.#agent,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(message && {
              ...{ 'content-type': 'application/octet-stream', 'content-length': length },
              [HEADER_LENGTH]: String(message.headerLength),
            }),
          },
        },
        (response) => {
          collect(response, most).then(resolve, (error: unknown) => {
            request.destroy();
            reject(connectionFailed(error));
          });
        },
      );
      const ms = Math.max(1, timeoutMs);
      const timer = setTimeout(() => {
        reject(timedOut(ms));
        request.destroy();
      }, ms);
      request.once('error', (error) => reject(connectionFailed(error)));
      request.once('close', () => clearTimeout(timer));
      for (const piece of message?.body ?? []) request.write(piece);
      request.end();
    });
  }
}

async function collect(response: IncomingMessage, most: number): Promise<Answer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw brokenAnswer('it is longer than what was asked for');
    pieces.push(piece);
  }
  const header = response.headers[HEADER_LENGTH];
  return {
    status: response.statusCode ?? 0,
    headerLength: Array.isArray(header) ? header[0] : header,
    body: Buffer.concat(pieces),
  };
}

/** @param otherwise what an answer is that does not speak for itself */
function refusal({ status, body }: Answer, otherwise: FailedRequest): ServerFailure {
  const said = saidBy(readError(body));
  const text = `it answered ${String(status)}${said && ` (${said})`}`;
  if (status === 401 || status === 403) return new ServerFailure('unauthorised', text);
  if (status === 404) return new ServerFailure('missing', text);
  // Of a proxy before it, or of a queue that is full or gave it up.
  if (status === 502 || status === 503 || status === 504 || status === 429)
    return new ServerFailure('unavailable', text);
  return new ServerFailure(otherwise, text);
}
