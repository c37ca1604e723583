import type { Handler } from './handler.js';

export const createTransport: Handler<'createTransport'> = async (request, session) => {
  const { participant } = session.member;
  const transport = await participant.createTransport(request.direction);
  const iceServers = session.services.iceServers(participant.id);
  return {
    ...(iceServers.length > 0 ? { iceServers } : {}),
    transportId: transport.id,
    iceParameters: { ...transport.iceParameters },
    iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...transport.dtlsParameters },
  };
};

export const connectTransport: Handler<'connectTransport'> = async (request, session) => {
  await session.member.participant.connectTransport(request.transportId, request.dtlsParameters);
  return {};
};

export const restartIce: Handler<'restartIce'> = async (request, session) => {
  const iceParameters = await session.member.participant.restartIce(request.transportId);
  return { iceParameters: { ...iceParameters } };
};
