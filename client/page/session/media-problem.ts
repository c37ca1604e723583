import type { Source } from '../../lib/index.js';

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
  switch (name) {
    case 'NotAllowedError':
      return `The ${source} is not allowed. Allow it in the browser's address bar (or its settings), then try again.`;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${source} was found. Plug one in and try again, or join without it.`;
    case 'NotReadableError':
    case 'AbortError':
      return `The ${source} cannot be used now. Another program may be using it: close that program and try again.`;
    case 'SecurityError':
      return `This page may not use the ${source}. Browsers allow it only over https or on localhost.`;
    default:
      return `The ${source} cannot be used.`;
  }
}

/** Browsers hide cameras and microphones from pages that came over plain http. */
export function insecureContext(source: Source): MediaProblem {
  return new MediaProblem(source, explain(source, 'SecurityError'));
}
