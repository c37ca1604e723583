import { CLIENT_CAPABILITIES } from '../../sfu/index.js';
import type { Handler } from './handler.js';

/** All routers have the same, so no room is opened for the question. */
export const getRouterCapabilities: Handler<'getRouterCapabilities'> = () => ({
  rtpCapabilities: { ...CLIENT_CAPABILITIES },
});
