import type { CallSession } from './call-session.js';
import { Conversation } from './conversation.js';

/** What is heard of a call from now on. @returns it, and what ends the listening */
export function hearConversation(session: CallSession): { conversation: Conversation; stop: () => void } {
  const conversation = new Conversation();
  const seated = () => {
    if (session.seat) conversation.own = session.seat.participant;
  };
  const agreed = () => {
    if (session.seat) conversation.consent(session.seat.participant, session.agreement.consent);
  };
  seated();
  agreed();
  for (const { participant, consent } of session.peers) conversation.consent(participant, consent);
  const stops = [
    session.on('status', seated),
    session.on('event', (event) => conversation.push(event)),
    session.on('words', (words) => conversation.pushWords(words)),
    session.on('wordsWithdrawn', (participant) => conversation.withdrawWords(participant)),
    session.on('peerJoined', ({ peer }) => conversation.consent(peer.participant, peer.consent)),
    session.on('peerChanged', (peer) => conversation.consent(peer.participant, peer.consent)),
    session.on('peerLeft', ({ participant }) => conversation.left(participant)),
    session.on('agreement', agreed),
  ];
  return {
    conversation,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
