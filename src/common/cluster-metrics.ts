/** What is counted of a node among nodes (src/cluster); part of the catalogue of ./metrics.ts. All of it is 0 where the server is alone. */
export const CLUSTER_METRICS = {
  emostream_cluster_nodes: { kind: 'gauge', help: 'Nodes that this one knows of, itself among them.' },
  emostream_cluster_rooms: {
    kind: 'gauge',
    help: 'Rooms that are this node’s; `unsure`: their leases could not be renewed in time, and another node may have them by now.',
    labels: ['lease'],
    known: [{ lease: 'sure' }, { lease: 'unsure' }],
  },
  emostream_cluster_lease_age_seconds: {
    kind: 'gauge',
    help: 'How long ago the room whose lease is oldest was renewed: 1.5 s and a little where all is well; from 4.5 s on it is unsure.',
  },
  emostream_cluster_claims_total: {
    kind: 'counter',
    help: 'Questions whose a room is, by the answer: this node’s, another’s, or none could be had.',
    labels: ['answer'],
    known: [{ answer: 'here' }, { answer: 'elsewhere' }, { answer: 'unknown' }],
  },
  emostream_cluster_moves_total: {
    kind: 'counter',
    help: 'Rooms whose people were sent to another node: this one ends (`drained`), or was cut off and another had claimed it (`lost`).',
    labels: ['reason'],
    known: [{ reason: 'drained' }, { reason: 'lost' }],
  },
} as const;
