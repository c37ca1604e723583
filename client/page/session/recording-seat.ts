import type { EmostreamClient, Notification } from '../../lib/index.js';

/** A recording that runs, as far as it concerns oneself. */
export interface RecordingState {
  /** Names it. */
  recording: string;
  /** One's own results are in it. */
  agreed: boolean;
  /** One has said so, or the opposite. */
  answered: boolean;
}

/** A withdrawal that is not confirmed within this time ends the connection, ms. */
const PATIENCE_MS = 2000;

/** What is recorded of the call, and whether one agreed to that. */
export class RecordingSeat {
  readonly #client: EmostreamClient;
  readonly #onChange: () => void;
  #state: RecordingState | null = null;
  /** What was said of the recording that ran when the seat was lost: one is not asked twice. */
  #before: RecordingState | null = null;

  constructor(client: EmostreamClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Null: nothing is recorded. */
  get state(): RecordingState | null {
    return this.#state;
  }

  /** @throws ClientError where a yes could not be said; a no that is not confirmed ends the connection, and with it what is recorded */
  async answer(agreed: boolean): Promise<void> {
    const asked = this.#state;
    if (!asked) return;
    if (!agreed) this.#set({ ...asked, agreed, answered: true });
    try {
      await this.#client.request('agreeToRecording', { recording: asked.recording, agreed }, PATIENCE_MS);
      if (this.#state?.recording === asked.recording) this.#set({ ...asked, agreed, answered: true });
    } catch (error) {
      if (agreed) throw error;
      this.#client.reconnect();
    }
  }

  /** The seat is lost, and taken again: whoever recorded may have ended meanwhile. */
  lost(): void {
    this.#before = this.#state ?? this.#before;
    this.#set(null);
  }

  async told({ recording, agreed }: Extract<Notification, { type: 'recording' }>): Promise<void> {
    const before = this.#before;
    this.#before = null;
    if (recording === null) return this.#set(null);
    const same = before?.recording === recording;
    // By withdrawing consent one is left out without having been asked: then one is asked anew.
    this.#set({ recording, agreed, answered: agreed || (same && before.answered && !before.agreed) });
    if (same && before.agreed && !agreed) await this.answer(true);
  }

  #set(state: RecordingState | null): void {
    this.#state = state;
    this.#onChange();
  }
}
