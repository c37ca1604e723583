export { createServer, type RunningServer, type ServerDeps } from './server.js';
export type { HttpHandler, TelemetryHandlers } from './http-routes.js';
export { mintToken, verifyToken, type Identity } from './tokens.js';
