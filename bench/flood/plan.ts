/** What one sender does to everybody. */
export const FLOODS = {
  nothing: 'nothing: what the machine itself does between two halves',
  packets: 'RTP: 5,000 small packets a second',
  bits: 'RTP: 20 Mbit/s in full packets',
  pictures: 'pictures of 3840 × 2160, 10 a second',
  signalling: 'four sockets: 100 messages, 500 pings and 500 pongs a second each, and again when closed',
  replay: 'five sockets that each ask for all the past 45 times a second, and read it',
} as const;
export type FloodName = keyof typeof FLOODS;

/** What the flooding process is told. */
export type Attack =
  | { flood: 'packets' | 'bits'; port: number; ssrc: number }
  | { flood: 'signalling' | 'replay'; url: string; token: string }
  | { flood: 'none' };
