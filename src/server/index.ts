export { AttachedMember, Attachments, type AttachRequest } from './attachments.js';
export { type HttpFront, type HttpServer, mountedFront, noFront } from './http-front.js';
export { createServer, type RunningServer, type ServerDeps } from './server.js';
export type { HttpHandler, TelemetryHandlers } from './http-routes.js';
export { mintToken, verifyToken, type Identity } from './tokens.js';
