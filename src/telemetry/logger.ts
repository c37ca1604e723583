import { pino, type Logger } from 'pino';
import { LogSink } from './log-sink.js';

const STDERR = 2;

/**
 * JSON lines on standard error: standard output is for what a command was asked to print. Logs carry ids only; as a last
 * guard, fields that could hold a person's data are removed should a caller pass them by mistake.
 * @param onLost told how many lines could not be written
 */
export function createLogger(level: string, onLost?: (lines: number) => void): Logger {
  const sink = new LogSink(STDERR, onLost ? { onLost } : {});
  process.once('exit', () => sink.flush());
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: ['name', 'text', 'token', 'caption', '*.name', '*.text', '*.token', '*.caption', '*.sdp'],
        remove: true,
      },
      serializers: {
        // An error's name is its class, not a person's: kept under another key, out of the redaction's way.
        err: (error: Error & { code?: string }) => ({
          class: error.name,
          code: error.code,
          message: error.message,
          stack: error.stack,
        }),
      },
    },
    sink,
  );
}
