import type { assembleFeatures } from '../../src/features/assemble.js';
import { type VoiceObservation, VOICE_WINDOW_MS } from '../../src/features/types.js';
import type { VoiceObserver } from '../../src/features/voice-observer.js';
import type { AudioChunk } from '../../src/media/types.js';
import type { HeardSound } from '../../src/speech/index.js';
import type { Timed } from '../../src/streams/types.js';

/** What a call does with sound, of this commit or another. */
export interface Hearing {
  /** Chunks of one sound; each call is for another. */
  newHearer(): (chunk: AudioChunk) => HeardSound[];
  newObserver(): VoiceObserver;
  assembleFeatures: typeof assembleFeatures;
}

const CHUNK = 320;
const LIVE = { face: 'off', voice: 'live', words: 'off' } as const;

/**
 * Whether there is a voice in each second of a sound, as in a call: in chunks of 20 ms, through voice activity, log-mel and the
 * features of a window.
 * @param samples 16 kHz
 */
export function voicedSeconds(samples: Float32Array, { newHearer, newObserver, assembleFeatures }: Hearing): boolean[] {
  const hear = newHearer();
  const observer = newObserver();
  const blocks: Timed<VoiceObservation>[] = [];
  for (let at = 0; at + CHUNK <= samples.length; at += CHUNK) {
    const mediaTime = at / 16;
    for (const sound of hear({ mediaTime, arrivalMs: 0, decodedMs: 0, samples: samples.slice(at, at + CHUNK) })) {
      const block = observer.observe(sound);
      if (block) blocks.push(block);
    }
  }
  return Array.from({ length: Math.floor(samples.length / 16_000) }, (_, second) => {
    const [startMs, endMs] = [1000 * second, 1000 * (second + 1)];
    const audio = blocks.filter(
      ({ mediaTime, durationMs }) => mediaTime < endMs && mediaTime + durationMs > endMs - VOICE_WINDOW_MS,
    );
    const times = { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, closedMs: 0, saidMs: [] };
    const window = {
      startMs,
      endMs,
      revision: 0,
      closedBy: 'watermark',
      frames: [],
      audio,
      words: [],
      state: LIVE,
    } as const;
    return assembleFeatures({ ...window, ...times, frames: [], words: [] }, 0).voice !== null;
  });
}
