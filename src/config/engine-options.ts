import { z } from 'zod';
import { ALL_ENGINES, FALLBACKS } from '../common/engine-names.js';
import { int, list, optionalInt, optionalText } from './fields.js';

/** What judges windows, and how they are gathered for it. */
export const engineOptions = {
  engine: z
    .enum(['auto', ...ALL_ENGINES])
    .default('auto')
    .meta({
      description:
        'Inference engine. `auto` takes the best that is installed and starts, and the next best where it is lost; a named one that is missing is an error. `triton`: inference servers, see engineUrl; never by `auto`.',
    }),
  engineUrl: list(
    'Inference servers (NVIDIA Triton or another of the Open Inference Protocol) that the engine triton asks, each with the same models: `grpc://HOST:PORT` or `http://HOST:PORT`, with TLS `grpcs://` or `https://`.',
  ),
  engineCa: optionalText('File with certificates (PEM) that theirs are trusted by, instead of the system’s.'),
  engineToken: optionalText('Secret that they are shown: `Authorization: Bearer …`. With TLS, or on loopback, only.'),
  engineFallback: z.enum(FALLBACKS).default('none').meta({
    description:
      'Engine of this machine that judges while none of them can be asked, `auto`: the best. `none`: windows become gaps meanwhile, and the server starts only where one can be asked.',
  }),
  onnxProvider: z.enum(['auto', 'cuda', 'webgpu', 'cpu']).default('auto').meta({
    description:
      'What the onnx engine computes by. `auto`: CUDA, if the installed ONNX Runtime has it and there is an NVIDIA GPU, else the processor.',
  }),
  model: optionalText('Folder of the fusion model; the shipped one if not given.'),
  maxBatch: optionalInt(
    'Most windows in one inference batch. If not given, as many as the engine judges in 50 ms, measured as it starts: 4 at least, 256 at most.',
    'windows',
    1,
    256,
  ),
  maxQueueDelay: optionalInt(
    'Longest a window waits for its batch to fill. If not given, half as long as a batch takes, 15 ms at most.',
    'ms',
    0,
    1000,
  ),
  inferenceThreads: int(
    'Threads of an engine that uses one core each (onnx, wasm). 0: as many as there are cores, at most two.',
    'count',
    0,
    0,
    64,
  ),
  inferenceDeadline: int(
    'A window that is not judged this long after it closed is given up, and a gap event says so.',
    'ms',
    1500,
    50,
    10_000,
  ),
  inferenceQueue: int(
    'Most windows waiting for inference; at the bound the oldest is dropped and becomes a gap.',
    'windows',
    512,
    1,
    100_000,
  ),
};
