import { randomBytes } from 'node:crypto';

/** Which trace and which span of it: W3C Trace Context, 3.2.2, lower-case hexadecimal of 16 and of 8 bytes. */
export interface SpanContext {
  traceId: string;
  spanId: string;
}

/** A time on a window's way, for traces. Carries ids only: no name, no word, and nothing that was found out about anybody. */
export interface Span extends SpanContext {
  /** Span of the same trace that it is a part of; null: it is the whole. */
  parentId: string | null;
  name: string;
  /** Server wall clock, ms. */
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number>;
  /** Why there is no result; not given: there is. */
  failed?: string;
}

/** Where spans go. Never throws, and never waits. */
export interface SpanSink {
  add(spans: readonly Span[]): void;
}

/** @param bytes 16 for a trace, 8 for a span */
export const newId = (bytes: 16 | 8): string => randomBytes(bytes).toString('hex');
