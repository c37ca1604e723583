import { readFileSync } from 'node:fs';
import { EmostreamError, firstLine } from '../common/errors.js';
import { TritonEngine, type TritonSurroundings } from './triton/triton-engine.js';

/** As the configuration names what is asked. */
export interface RemoteOptions {
  urls: readonly string[];
  /** File with certificates (PEM). */
  caFile?: string | undefined;
  token?: string | undefined;
  deadlineMs: number;
  /** It takes the place of one that knew the model: servers that do not answer yet are waited for, and tried again meanwhile. */
  again?: boolean;
}

/** What the options of the configuration say of it. */
export function remoteOptions(config: {
  engineUrl: readonly string[];
  engineCa?: string | undefined;
  engineToken?: string | undefined;
  inferenceDeadline: number;
}): RemoteOptions {
  const { engineUrl: urls, engineCa: caFile, engineToken: token, inferenceDeadline: deadlineMs } = config;
  return { urls, caFile, token, deadlineMs };
}

/** @throws EmostreamError CONFIG_INVALID */
export function createTritonEngine(options: RemoteOptions, surroundings: TritonSurroundings): TritonEngine {
  const { urls, caFile, token, deadlineMs, again } = options;
  if (urls.length === 0) {
    throw new EmostreamError('CONFIG_INVALID', 'The engine triton needs --engine-url: grpc://HOST:PORT of a server.');
  }
  return new TritonEngine(
    { urls, token, deadlineMs, again, ca: caFile === undefined ? undefined : read(caFile) },
    surroundings,
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EmostreamError('CONFIG_INVALID', `engineCa: ${file} cannot be read (${firstLine(cause)})`, { cause });
  }
}
