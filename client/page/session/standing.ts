import type { Agreement, Consent } from '../../lib/index.js';
import type { CallStatus } from './call-status.js';
import { type Health, isProblem, type SourceHealth } from './media-health.js';

/** Why it cannot be known how things stand: the browser has no network; the server was silent for a beat; the connection is lost. */
export type Doubt = 'offline' | 'silent' | 'lost';

/** `joined` alone says that all is well. */
export type StandingState =
  'joining' | 'connecting' | 'joined' | 'blocked' | 'silent' | 'offline' | 'closing' | 'reconnecting' | 'ended';

export interface Standing {
  state: StandingState;
  /** Null: what is said of the analysis is known. */
  doubt: Doubt | null;
  /** What of oneself is analysed now, as far as it is known. */
  analysed: Consent;
  /** Agreed to, and does not get through. */
  waiting: Consent;
  /** Agreed to, and its camera or microphone is off. */
  off: Consent;
  /** What one says may be read by everyone. */
  showWords: boolean;
}

export interface Known {
  status: CallStatus;
  agreement: Agreement;
  health: Health;
  /** What is known of the connection beside its status. */
  doubt: 'offline' | 'silent' | null;
  /** The server said that it ends or restarts. */
  closing: boolean;
}

export const NOTHING: Consent = { face: false, voice: false, words: false };

/** How the call stands for oneself: what the page may say. Pure. */
export function standing({ status, agreement, health, doubt, closing }: Known): Standing {
  const lost = status.state === 'reconnecting';
  const why = status.state === 'joined' ? doubt : lost ? (doubt ?? 'lost') : null;
  const offline = lost && doubt === 'offline';
  const state = status.state === 'joined' ? (doubt ?? mediaState(health)) : offline ? 'offline' : status.state;
  const { consent, showWords } = agreement;
  const agreed = status.state === 'ended' || status.state === 'joining' ? NOTHING : consent;
  const known = !why;
  const stuck = (source: SourceHealth) => source === 'connecting' || isProblem(source);
  const waiting = {
    face: known && agreed.face && stuck(health.camera),
    voice: known && agreed.voice && stuck(health.microphone),
    words: false,
  };
  const off = {
    face: known && agreed.face && health.camera === 'off',
    voice: known && agreed.voice && health.microphone === 'off',
    words: false,
  };
  return {
    state: closing && (state === 'joined' || state === 'reconnecting') ? 'closing' : state,
    doubt: why,
    analysed: {
      face: agreed.face && !waiting.face && !off.face,
      voice: agreed.voice && !waiting.voice && !off.voice,
      words: agreed.words,
    },
    waiting,
    off,
    showWords: known && showWords,
  };
}

function mediaState(health: Health): StandingState {
  const sent = [health.camera, health.microphone].filter((source) => source !== 'off');
  const blocked = sent.includes('not-connected') || !health.receiving || (sent.length > 0 && sent.every(isProblem));
  if (blocked) return 'blocked';
  return sent.includes('connecting') ? 'connecting' : 'joined';
}
