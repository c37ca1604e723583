import { type Agreement, type EmostreamClient, MODALITIES, toClientError } from '../../lib/index.js';

/** A withdrawal that is not confirmed within this time ends the connection, ms. */
const PATIENCE_MS = 2000;

export interface OwnAgreementOptions {
  client: EmostreamClient;
  /** One has a seat that stands. */
  joined(): boolean;
  onChange(agreement: Agreement): void;
}

/** What may be analysed of oneself and read by the others, as the server confirmed it last or will be told with the next seat. */
export class OwnAgreement {
  readonly #options: OwnAgreementOptions;
  #agreement: Agreement;
  #changes = 0;

  constructor(agreement: Agreement, options: OwnAgreementOptions) {
    this.#agreement = agreement;
    this.#options = options;
  }

  get value(): Agreement {
    return this.#agreement;
  }

  /** What the server says. */
  told({ consent, showWords }: Agreement): void {
    this.#agreement = { consent, showWords };
    this.#options.onChange(this.#agreement);
  }

  /**
   * Changes it. A withdrawal that the server does not confirm ends the connection, and with it all analysis: no answer must never mean that
   * it goes on.
   * @returns what the server confirmed
   */
  async change(agreement: Agreement): Promise<Agreement> {
    const { client, joined } = this.#options;
    const before = this.#agreement;
    const change = ++this.#changes;
    this.told(agreement);
    const withdrawn =
      MODALITIES.some((modality) => before.consent[modality] && !agreement.consent[modality]) ||
      (before.showWords && !agreement.showWords);
    try {
      const confirmed = await client.request('setConsent', agreement, withdrawn ? PATIENCE_MS : undefined);
      // The answer to an older wish must not undo a newer one.
      if (change === this.#changes) this.told(confirmed);
    } catch (error) {
      // Offline: the new wish is sent when the seat is taken again.
      if (joined() && withdrawn) client.reconnect();
      else if (joined()) {
        if (change === this.#changes) this.told(before);
        throw toClientError(error);
      }
    }
    return this.#agreement;
  }
}
