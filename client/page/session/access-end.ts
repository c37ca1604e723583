/** When the access token ends; once it has, until when the seat is kept. In ms since the epoch. */
export interface AccessEnd {
  ended: boolean;
  until: number;
}

/** What the end of an access token means for the person. */
export function accessSentence({ ended, until }: AccessEnd): string {
  const time = new Date(until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (!ended) return `Your access ends at ${time}. To stay longer, ask for a new invitation and join again with it.`;
  return (
    `Your access has ended. You stay in the call until ${time}, but see no emotions any more; ` +
    'you can still stop being analysed, mute, and leave.'
  );
}
