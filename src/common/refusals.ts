/** What is refused for its amount, and counted by that name. */
export const REFUSALS = [
  'connection', // TCP connections of an address (at a time, and new ones), or of all who have no token
  'request', // HTTP requests and upgrades of an address
  'token', // tokens of the open door asked for by an address
  'socket', // WebSockets of a token
  'seat', // seats in a room with one token, and in all rooms from an address
  'analysis', // people who are not analysed yet, for want of room
  'consumer', // seats whose media the room's worker could not carry
  'room', // rooms opened from an address
  'join', // joins of a token or an address
  'message', // messages of a socket, a token or an address
  'frame', // bytes, pings, pongs and fragments that are no messages
  'consent', // consent given again and again
  'producer', // tracks begun or resumed again and again
  'caption', // captions, weighed by what they revise
  'event', // recorded events that are published once more
  'replay', // past events of a token or an address
  'packet', // packets of a track beyond maxPacketRate
  'picture', // pictures of a track beyond maxPixelRate: not decoded
] as const;
export type Refusal = (typeof REFUSALS)[number];
