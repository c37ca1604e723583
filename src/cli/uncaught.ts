import { Bulkhead, type BulkheadDeps } from '../common/bulkhead.js';

/**
 * Errors that nobody caught. One that happened on behalf of a participant, a room or a connection closes that one; after
 * any other the state of the process is in doubt.
 * @param onDoubt told once
 */
export function handleUncaught(deps: Pick<BulkheadDeps, 'meter' | 'logger'>, onDoubt: () => void): void {
  let doubted = false;
  const onError = (error: unknown): void => {
    const owner = Bulkhead.current();
    if (owner) return owner.fail(error);
    const wholeProcess = new Bulkhead('process', {
      ...deps,
      close: () => {
        if (doubted) return;
        doubted = true;
        onDoubt();
      },
    });
    wholeProcess.fail(error);
  };
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
}
