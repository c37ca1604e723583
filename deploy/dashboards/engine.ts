import { by, increase, of, quantileBy, quantiles, rate } from './queries.js';
import type { Page } from './page.js';

const STAGE = 'emostream_stage_duration_seconds';
const WINDOWS = 'emostream_batch_size_sum';
const labels = `sum by (label) (increase(${of('emostream_emotion_seconds_total')}[5m]))`;

/** What judges: the network, and the encoders and recognisers before it. */
export const engine: Page = {
  uid: 'emostream-engine',
  title: 'emostream: engine',
  about: 'What judges people’s windows, how fast, at what cost, and what it could not do.',
  rows: [
    {
      title: 'At this moment',
      figures: [
        {
          title: 'Engine and model',
          about: 'In use; /readyz says it, too.',
          unit: 'none',
          naming: true,
          queries: [
            { expr: `${by('engine, model', of('emostream_engine_info'))} > 0`, legend: '{{engine}} {{model}}' },
          ],
        },
        {
          title: 'Windows judged a second',
          about: 'One for each person who is analysed, and revisions.',
          unit: 'short',
          queries: [{ expr: `sum(${rate(WINDOWS)})`, legend: '' }],
        },
        {
          title: 'Windows in a batch',
          about: 'Mean, before padding.',
          unit: 'short',
          queries: [{ expr: `sum(${rate(WINDOWS)}) / sum(${rate('emostream_batch_size_count')})`, legend: '' }],
        },
        {
          title: 'Queue and inference, p95',
          about: 'The sum of the two.',
          unit: 's',
          limit: { value: 0.1, better: 'below' },
          queries: [{ expr: `sum(${quantileBy(STAGE, 0.95, 'stage', 'stage=~"queue|inference"')})`, legend: '' }],
        },
        {
          title: 'Tensors',
          about: 'Live ones; constant in a healthy process.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_tensors')})`, legend: '' }],
        },
      ],
    },
    {
      title: 'Inference',
      graphs: [
        {
          title: 'Time of a batch',
          about: 'From the engine’s taking it to its answer.',
          unit: 's',
          queries: quantiles(STAGE, [0.5, 0.95, 0.99], 'stage="inference"'),
        },
        {
          title: 'Time in the queue',
          about: 'A window waits for others, for a free lane of the engine, and at most inferenceDeadline.',
          unit: 's',
          queries: quantiles(STAGE, [0.5, 0.95, 0.99], 'stage="queue"'),
        },
        {
          title: 'Time to encode faces',
          about: 'A batch of crops, while no window is due.',
          unit: 's',
          queries: quantiles(STAGE, [0.5, 0.95, 0.99], 'stage="encode"'),
        },
        {
          title: 'Windows in a batch',
          about: 'Before padding. At maxBatch it is full.',
          unit: 'short',
          queries: [
            { expr: `sum(${rate(WINDOWS)}) / sum(${rate('emostream_batch_size_count')})`, legend: 'mean' },
            ...quantiles('emostream_batch_size', [0.95]),
          ],
        },
        {
          title: 'Waiting for the engine',
          about: 'Windows, and face crops before them.',
          unit: 'none',
          queries: [
            { expr: by('queue', of('emostream_queue_depth', 'queue=~"inference|crops"')), legend: '{{queue}}' },
          ],
        },
        {
          title: 'Not judged',
          about:
            'Per second. Windows: overflow, deadline, no-answer, failed, invalid become gaps; cancelled and closed: their owner left. crop-… are face crops.',
          unit: 'short',
          queries: [{ expr: by('reason', rate('emostream_dropped_total', 'stage="inference"')), legend: '{{reason}}' }],
        },
        {
          title: 'Faces, voices and texts judged',
          about: 'Per second: early (before their window closed), with their window, or kept from before.',
          unit: 'short',
          queries: [
            { expr: by('modality, when', rate('emostream_encodings_total')), legend: '{{modality}}, {{when}}' },
          ],
        },
        {
          title: 'CPU for a window',
          about: 'Of the engine’s threads; a GPU’s time is not in it.',
          unit: 's',
          queries: [
            {
              expr: `sum(${rate('emostream_thread_cpu_seconds_total', 'thread="inference"')}) / sum(${rate(WINDOWS)})`,
              legend: 'a window',
            },
          ],
        },
        {
          title: 'Tensors',
          about: 'A line that rises is a leak.',
          unit: 'none',
          queries: [{ expr: of('emostream_tensors'), legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Of the engine triton',
      graphs: [
        {
          title: 'Inference servers',
          about:
            'A server that is down is tried again within 10 s. With none up, windows become gaps, or another engine takes over.',
          unit: 'none',
          queries: [{ expr: by('state', of('emostream_inference_servers')), legend: '{{state}}' }],
        },
        {
          title: 'Requests to inference servers',
          about: 'Per second, by what came of each, and how many were made a second time.',
          unit: 'short',
          queries: [
            { expr: by('outcome', rate('emostream_inference_requests_total')), legend: '{{outcome}}' },
            { expr: `sum(${rate('emostream_inference_retries_total')})`, legend: 'second tries' },
          ],
        },
        {
          title: 'Time of a request to an inference server',
          about: 'From sending a part of the network’s inputs to its answer.',
          unit: 's',
          queries: quantiles(STAGE, [0.5, 0.95, 0.99], 'stage="inference-server"'),
        },
      ],
    },
    {
      title: 'Recognisers and encoders before it',
      graphs: [
        {
          title: 'CPU',
          about: 'Cores. Partial words repeat work and give way first.',
          unit: 'short',
          queries: [
            { expr: by('words', rate('emostream_recognition_cpu_seconds_total')), legend: 'words, {{words}}' },
            { expr: `sum(${rate('emostream_voice_encoding_cpu_seconds_total')})`, legend: 'voice encoders' },
          ],
        },
        {
          title: 'Time, p95',
          about: 'One piece of speech, or one second of a voice.',
          unit: 's',
          queries: [
            { expr: quantileBy(STAGE, 0.95, 'stage', 'stage=~"words.*|voice-encoder|features"'), legend: '{{stage}}' },
          ],
        },
        {
          title: 'Waiting',
          about: 'Pieces of speech, and seconds of voices.',
          unit: 'none',
          queries: [
            { expr: by('queue', of('emostream_queue_depth', 'queue=~"speech|voice-encoder"')), legend: '{{queue}}' },
          ],
        },
      ],
    },
    {
      title: 'Deaths, and what is felt',
      graphs: [
        {
          title: 'Another engine took over',
          about: 'A better one was lost, or has returned. The log says which and why.',
          unit: 'none',
          queries: [{ expr: by('why', increase('emostream_engine_switches_total')), legend: '{{why}}' }],
        },
        {
          title: 'Better engines passed over',
          about:
            'How many, by why: missing, a GPU in software only, not started, lost. /readyz says what to do about each.',
          unit: 'none',
          queries: [{ expr: by('why', of('emostream_engine_passed_over')), legend: '{{why}}' }],
        },
        {
          title: 'Died and replaced',
          about: 'Threads of the engine, of speech and of voices. Windows that were under way become gaps.',
          unit: 'none',
          queries: [
            {
              expr: by(
                'worker',
                increase('emostream_worker_restarts_total', 'worker=~"inference|speech|voice-encoder"'),
              ),
              legend: '{{worker}}',
            },
          ],
        },
        {
          title: 'Labels of everybody together',
          about:
            'Share of each label in the analysed seconds of five people or more, by the minute. Only with the option emotionMetrics.',
          unit: 'percentunit',
          max: 1,
          queries: [{ expr: `${labels} / ignoring (label) group_left () sum(${labels})`, legend: '{{label}}' }],
        },
      ],
      across: 2,
    },
  ],
};
