import type { Handler } from './handler.js';

export const consume: Handler<'consume'> = async (request, session) => {
  const consumer = await session.member.participant.consume(request.transportId, request.producerId);
  return { ...consumer, rtpParameters: { ...consumer.rtpParameters } };
};

export const resumeConsumer: Handler<'resumeConsumer'> = async (request, session) => {
  await session.member.participant.resumeConsumer(request.consumerId);
  return {};
};
