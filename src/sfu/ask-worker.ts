import { fromMediasoup } from './errors.js';

/**
 * Asks mediasoup for something.
 * @param field of the client's request, which the error names
 * @throws EmostreamError
 */
export type AskWorker = <T>(field: string, request: () => Promise<T>) => Promise<T>;

/** @param suspect whatever mediasoup refuses makes its worker suspect: the pool looks whether it still answers */
export function askWorker(suspect: () => void): AskWorker {
  return async (field, request) => {
    try {
      return await request();
    } catch (error) {
      suspect();
      throw fromMediasoup(error, field);
    }
  };
}
