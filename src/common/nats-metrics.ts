/** The part of the catalogue that says how this node stands with the others. */
export const NATS_METRICS = {
  emostream_nats_connected: {
    kind: 'gauge',
    help: '1 while this node reaches NATS; 0 while it does not, and without the option nats.',
  },
  emostream_nats_disconnects_total: { kind: 'counter', help: 'Times that the connection to NATS was lost.' },
} as const;
