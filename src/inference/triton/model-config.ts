import { FACE_CROPS, WORD_TOKENS } from '../../features/types.js';
import { NETWORK_PARTS, type PartName } from '../parts/network-parts.js';
import { datatypeOfInput } from './transport.js';

export const BACKENDS = ['onnxruntime', 'python'] as const;
export type TritonBackend = (typeof BACKENDS)[number];

/** What instances compute on; `auto`: a GPU where the server has one. */
export const INSTANCE_DEVICES = ['auto', 'cpu', 'gpu'] as const;
export type InstanceDevice = (typeof INSTANCE_DEVICES)[number];

export interface ModelConfigOptions {
  backend: TritonBackend;
  /** The server's model. */
  name: string;
  part: PartName;
  /** Of the model that it is a part of. */
  of: { name: string; version: string };
  device: InstanceDevice;
  /** How many instances of each part; of `gpu` on each GPU. */
  instances: number;
}

/** Most windows of a batch of emostream's. */
const MOST_WINDOWS = 256;
/** How long the server's batcher waits for requests of other nodes, µs: what one window takes of a part, about. */
const MERGE_US = 1000;
/** Requests that may wait at the server; past it a request fails at once, and is made of another. */
const MOST_WAITING = 256;
/** Rows that are warmed up. */
const WARM_ROWS = [1, 8, 64];

const rowsOf = (part: PartName): number => MOST_WINDOWS * (part === 'face' ? FACE_CROPS : 1);

/** Sides without the first, that of the batch; the one that is open as it is warmed up, or as any. */
const dims = (shape: readonly (number | string)[], open: number): string =>
  shape
    .slice(1)
    .map((side) => (typeof side === 'number' ? side : open))
    .join(', ');

/**
 * `config.pbtxt` of a part (https://github.com/triton-inference-server/server, docs/user_guide/model_configuration.md): requests of
 * several nodes are put in one batch, each may say how long it can wait, and all that is slow the first time is done at the start.
 */
export function modelConfig({ backend, name, part, of, device, instances }: ModelConfigOptions): string {
  const { inputs, output } = NETWORK_PARTS[part];
  const tensors = Object.entries(inputs).map(([input, { shape, type }]) => ({
    ...{ input, shape, type: `TYPE_${datatypeOfInput(type)}` },
  }));
  const warm = WARM_ROWS.map((rows) => {
    const each = tensors.map(
      ({ input, shape, type }) =>
        `inputs { key: "${input}" value { data_type: ${type} dims: [ ${dims(shape, WORD_TOKENS)} ] zero_data: true } }`,
    );
    return `  { name: "${String(rows)} rows" batch_size: ${String(rows)} ${each.join(' ')} }`;
  });
  const lines = [
    `# The part "${part}" of ${of.name} ${of.version}, written by \`emostream model export --format triton\`.`,
    `name: "${name}"`,
    `backend: "${backend}"`,
    `max_batch_size: ${String(rowsOf(part))}`,
    'input [',
    tensors
      .map(({ input, shape, type }) => `  { name: "${input}" data_type: ${type} dims: [ ${dims(shape, -1)} ] }`)
      .join(',\n'),
    ']',
    `output [ { name: "${output.name}" data_type: TYPE_FP32 dims: [ ${dims(output.shape, -1)} ] } ]`,
    '# KIND_AUTO: on each GPU where there are any, else on the processor. KIND_CPU and KIND_GPU say which.',
    `instance_group [ { kind: KIND_${device.toUpperCase()} count: ${String(instances)} } ]`,
    'dynamic_batching {',
    `  max_queue_delay_microseconds: ${String(MERGE_US)}`,
    '  # A request says how long its answer is of use: what waited longer is refused, not computed.',
    `  default_queue_policy { timeout_action: REJECT allow_timeout_override: true max_queue_size: ${String(MOST_WAITING)} }`,
    '}',
    'model_warmup [',
    warm.join(',\n'),
    ']',
    ...(backend === 'onnxruntime' ? ONNX_PARAMETERS : []),
    parameter('emostream_model', of.name),
    parameter('emostream_version', of.version),
    parameter('emostream_part', part),
  ];
  return `${lines.join('\n')}\n`;
}

const parameter = (key: string, value: string): string =>
  `parameters { key: ${JSON.stringify(key)} value: { string_value: ${JSON.stringify(value)} } }`;

const ONNX_PARAMETERS = [
  '# One core for each instance: there are as many at work as there are instances.',
  parameter('intra_op_thread_count', '1'),
  parameter('inter_op_thread_count', '1'),
  '# 1: cuDNN chooses its algorithms by rule, for a search would be made anew for each count of rows.',
  parameter('cudnn_conv_algo_search', '1'),
];
