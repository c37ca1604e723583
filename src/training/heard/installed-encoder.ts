import { VOICE_ENCODERS, VoiceEncoder } from '../../speech/index.js';
import { readPrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { heardClips, type VoiceSet } from './heard-clips.js';
import type { SecondEncoder } from './seconds.js';

export interface InstalledEncoder extends SecondEncoder {
  close: () => Promise<void>;
}

/** The voice encoders as calls have them; null where they are not installed. */
export async function openVoiceEncoder(): Promise<InstalledEncoder | null> {
  const encoder = await VoiceEncoder.open();
  return (
    encoder && {
      identity: VOICE_ENCODERS.map(({ sha256 }) => sha256).join(' '),
      encode: (second) => encoder.encode(second),
      close: () => encoder.close(),
    }
  );
}

export interface HearingOptions {
  /** Folder of `emostream data prepare`. */
  prepared: string;
  /** Null: the sets are read without. */
  encoder: SecondEncoder | null;
  log: (line: string) => void;
}

/** Prepared sets of speech with what the encoders hear in them. */
export async function readVoiceSets<Name extends string>(
  names: readonly Name[],
  { prepared, encoder, log }: HearingOptions,
): Promise<Map<Name, VoiceSet>> {
  const sets = new Map<Name, VoiceSet>();
  for (const name of names) {
    const set = await readPrepared<SpeechSet>(prepared, name);
    sets.set(name, { ...set, heard: encoder ? await heardClips({ prepared, name, log }, set, encoder) : null });
  }
  return sets;
}
