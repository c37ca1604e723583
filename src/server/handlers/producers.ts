import type { Handler } from './handler.js';

export const produce: Handler<'produce'> = async (request, session) => {
  const { participant } = session.member;
  session.costs.track();
  const { producerId } = await participant.produce(request);
  return { producerId };
};

export const pauseProducer: Handler<'pauseProducer'> = async (request, session) => {
  await session.member.participant.pauseProducer(request.producerId);
  return {};
};

export const resumeProducer: Handler<'resumeProducer'> = async (request, session) => {
  const { participant } = session.member;
  session.costs.track();
  await participant.resumeProducer(request.producerId);
  return {};
};

export const closeProducer: Handler<'closeProducer'> = (request, session) => {
  session.member.participant.closeProducer(request.producerId);
  return {};
};
