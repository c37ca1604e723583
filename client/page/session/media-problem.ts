import type { Source } from '../../lib/index.js';
import { t } from '../languages/current.js';

/** Why a camera or microphone cannot be had, in words for its owner. */
export class MediaProblem extends Error {
  readonly source: Source;

  constructor(source: Source, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaProblem';
    this.source = source;
  }
}

/** The names are those of Media Capture and Streams §10.2 (getUserMedia). */
export function mediaProblem(source: Source, error: unknown): MediaProblem {
  const name = error instanceof DOMException ? error.name : '';
  return new MediaProblem(source, explain(source, name), { cause: error });
}

function explain(source: Source, name: string): string {
  const { refused, missing, busy, insecure, failed } = t().devices;
  switch (name) {
    case 'NotAllowedError':
      return refused(source);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return missing(source);
    case 'NotReadableError':
    case 'AbortError':
      return busy(source);
    case 'SecurityError':
      return insecure(source);
    default:
      return failed(source);
  }
}

/** Browsers hide cameras and microphones from pages that came over plain http. */
export function insecureContext(source: Source): MediaProblem {
  return new MediaProblem(source, explain(source, 'SecurityError'));
}
