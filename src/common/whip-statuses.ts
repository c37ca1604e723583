/** What requests at /whip are answered with; of others the class, or the worst. */
export const WHIP_STATUSES = [
  ...(['200', '201', '204', '307', '400', '401', '403', '404', '405', '406', '409'] as const),
  ...(['412', '413', '415', '428', '429', '500', '503'] as const),
] as const;
export type WhipStatus = (typeof WHIP_STATUSES)[number];

export function whipStatus(status: number): WhipStatus {
  return WHIP_STATUSES.find((known) => known === String(status)) ?? '500';
}
