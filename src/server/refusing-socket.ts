import { WebSocket } from 'ws';

const TOO_LARGE_CODE = 1009;

/**
 * `ws` closes a socket whose message exceeds `maxPayload` with 1009 and no words. This one says why, in a notification and
 * in the close frame (at most 123 bytes, RFC 6455 §5.5), before the error reaches us.
 */
export class RefusingSocket extends WebSocket {
  maxMessageBytes = 0;
  /** What is said before it closes. */
  refusal = (message: string): object[] => [{ type: 'error', error: { code: 'MESSAGE_TOO_LARGE', message } }];

  override close(code?: number, data?: string | Buffer): void {
    if (code !== TOO_LARGE_CODE || data !== undefined || this.readyState !== WebSocket.OPEN) {
      return super.close(code, data);
    }
    const message = `a message may have ${this.maxMessageBytes} bytes at most (maxMessageBytes)`;
    for (const said of this.refusal(message)) this.send(JSON.stringify(said));
    super.close(code, `MESSAGE_TOO_LARGE: ${message}`);
  }
}
