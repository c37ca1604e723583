import { ALL_ENGINES, INFERENCE_REQUEST_OUTCOMES, PASSED_OVER } from './engine-names.js';
import { each } from './label-values.js';

/** Why another engine took over. */
export const ENGINE_SWITCHES = ['lost', 'returned'] as const;
/** How an inference server stands. */
export const INFERENCE_SERVER_STATES = ['up', 'down'] as const;

/** What the catalogue of metrics has of engines. */
export const ENGINE_METRICS = {
  emostream_engine_info: {
    kind: 'gauge',
    help: '1; names the engine and model in use. 0 for an engine that was in use before.',
    labels: ['engine', 'model'],
  },
  emostream_engine_passed_over: {
    kind: 'gauge',
    help: '1 where a better engine is not the one in use, and why; 0 otherwise.',
    labels: ['engine', 'why'],
    known: ALL_ENGINES.flatMap((engine) => PASSED_OVER.map((why) => ({ engine, why }))),
  },
  emostream_engine_switches_total: {
    kind: 'counter',
    help: 'Times that another engine took over while running: a better one was lost, or has returned.',
    labels: ['why'],
    known: each('why', ENGINE_SWITCHES),
  },
  emostream_inference_requests_total: {
    kind: 'counter',
    help: 'Requests of the engine triton to inference servers, each try for itself, by what came of it.',
    labels: ['outcome'],
    known: each('outcome', INFERENCE_REQUEST_OUTCOMES),
  },
  emostream_inference_retries_total: {
    kind: 'counter',
    help: 'Requests that were made a second time, of another inference server or after a connection that broke.',
  },
  emostream_inference_servers: {
    kind: 'gauge',
    help: 'Inference servers of the engine triton: up, or down, which are tried again now and then.',
    labels: ['state'],
    known: each('state', INFERENCE_SERVER_STATES),
  },
} as const;
