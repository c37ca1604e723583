import { SetupError } from '../setup/failure.mjs';

/**
 * The one line of the worker that must change. Its callback answers OpenSSL for every operation on the outgoing BIO, and
 * OpenSSL takes the answer given after the operation (BIO_CB_RETURN is set, beside the operation's own bits) for the
 * operation's result. The line answers 1 for all but the bare BIO_CB_RETURN, also for the control operation by which an
 * OpenSSL built with kernel TLS, as Debian's is, asks whether kernel TLS is on for sending: "yes", and the first DTLS
 * record crashes the worker. BIO_callback_ctrl(3) wants `ret` back whenever BIO_CB_RETURN is set.
 */
export const PATCH = {
  file: 'src/RTC/DtlsTransport.cpp',
  from: '(operationType == BIO_CB_RETURN) ? static_cast<long>(ret) : 1;',
  to: '((operationType & BIO_CB_RETURN) != 0) ? static_cast<long>(ret) : 1;',
};

/**
 * @param {string} source
 * @param {{ file: string, from: string, to: string }} [patch]
 * @returns {string} the source with the patch
 */
export function applyPatch(source, patch = PATCH) {
  const parts = source.split(patch.from);
  if (parts.length !== 2) {
    throw new SetupError(
      `${patch.file} of mediasoup's worker has the line to be patched ${parts.length - 1} times, not once`,
      {
        remedy:
          'this mediasoup version differs from the one that package-lock.json names: install that one with "npm ci", ' +
          'or, when moving to a new version, see whether it still needs PATCH in scripts/mediasoup-worker/patch.mjs',
      },
    );
  }
  return parts.join(patch.to);
}
