// Why the server closes a socket, in the codes that are free for applications (RFC 6455 §7.4.2); the reason says it in words.

/** The same person joined from another socket. */
export const REPLACED = 4001;
/** The access token has ended. */
export const TOKEN_EXPIRED = 4002;
/** A moderator removed whoever holds it. */
export const REMOVED = 4003;
/** The call is on another server; a notification told which. */
export const MOVED = 4004;
