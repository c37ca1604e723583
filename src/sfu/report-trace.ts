import type { types } from 'mediasoup';

interface Traced {
  users: number;
  /** The reports are told for us. */
  ours: boolean;
  /** Changes of what is traced, one after the other: each writes the whole set anew. */
  work: Promise<void>;
}

const traced = new WeakMap<types.Producer, Traced>();

/**
 * Has a producer tell the sender's reports (event `trace`). mediasoup knows one set of trace events for a producer, whoever sets it: what
 * its owner asked for stays. (Should they set it anew they take the reports away, and media time goes by arrival.)
 * @returns what ends it
 * @throws what mediasoup throws when the producer or its worker is gone; nothing is held then
 */
export async function traceReports(producer: types.Producer): Promise<() => void> {
  const entry = traced.get(producer) ?? { users: 0, ours: false, work: Promise.resolve() };
  traced.set(producer, entry);
  entry.users += 1;
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    entry.users -= 1;
    // It fails only with the producer or its worker; then nothing is traced either.
    if (!producer.closed) change(producer, entry).catch(() => undefined);
  };
  try {
    await change(producer, entry);
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

/** Brings what is traced into line with who wants it. */
function change(producer: types.Producer, entry: Traced): Promise<void> {
  const changed = entry.work.then(async () => {
    const wanted = entry.users > 0;
    if (wanted === entry.ours) return;
    // What its dump tells are all events but `sr` (Producer.cpp, `FillBuffer`): whether its owner wants that, too, only their listening
    // says. Read back as plain strings: they are what was set.
    const { traceEventTypes } = await producer.dump();
    const others = traceEventTypes as types.ProducerTraceEventType[];
    if (wanted) await producer.enableTraceEvent([...others, 'sr']);
    else if (producer.listenerCount('trace') === 0) await producer.enableTraceEvent(others);
    entry.ours = wanted;
  });
  entry.work = changed.catch(() => undefined);
  return changed;
}
