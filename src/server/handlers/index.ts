import type { Request, RequestType } from '../protocol.js';
import type { Session } from '../session.js';
import { caption, setConsent } from './analysis.js';
import { consume, resumeConsumer } from './consumers.js';
import { getRouterCapabilities } from './get-router-capabilities.js';
import type { Handler } from './handler.js';
import { join } from './join.js';
import { leave } from './leave.js';
import { allowAnalysis, endRoom, removeParticipant, stopAnalysis } from './moderation.js';
import { closeProducer, pauseProducer, produce, resumeProducer } from './producers.js';
import { agreeToRecording, startRecording, stopRecording } from './recordings.js';
import { renew } from './renew.js';
import { beginReplay, endReplay, replayEvents } from './replays.js';
import { roster, subscribe, unsubscribe } from './subscriptions.js';
import { connectTransport, createTransport, restartIce } from './transports.js';

/** Every request of the protocol has its handler: the type says so. */
const handlers: { [T in RequestType]: Handler<T> } = {
  getRouterCapabilities,
  join,
  createTransport,
  connectTransport,
  restartIce,
  produce,
  pauseProducer,
  resumeProducer,
  closeProducer,
  consume,
  resumeConsumer,
  setConsent,
  caption,
  subscribe,
  unsubscribe,
  roster,
  renew,
  removeParticipant,
  stopAnalysis,
  allowAnalysis,
  endRoom,
  startRecording,
  stopRecording,
  agreeToRecording,
  beginReplay,
  replayEvents,
  endReplay,
  leave,
};

/** Hands a request to its handler. */
export async function dispatch(request: Request, session: Session, arrivalMs: number): Promise<unknown> {
  session.assertGranted(request);
  // The table pairs each type with its own handler; TypeScript cannot follow that through a union.
  const handler = handlers[request.type] as Handler<RequestType>;
  return handler(request, session, arrivalMs);
}
