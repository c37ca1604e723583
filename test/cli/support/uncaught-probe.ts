import { handleUncaught } from '../../../src/cli/uncaught.js';
import type { ParticipantAnalysis } from '../../../src/sfu/types.js';
import { silentLogger } from '../../sfu/support/sfu-fixture.js';
import { LocalReceiver } from '../../sfu/support/local-receiver.js';
import { RecordingAnalyser } from '../../sfu/support/recording-analyser.js';
import { startServer } from '../../server/support/test-server.js';

/**
 * A server whose analysis fails in one way at the word that names it: at once, in a timer, in a promise, while it closes.
 * It prints its port, and what was in doubt.
 */
class FailingAnalyser extends RecordingAnalyser {
  override open(who: { room: string; participant: string }): ParticipantAnalysis {
    const analysis = super.open(who);
    let failing = false;
    const fail = (): never => {
      throw new Error('planted');
    };
    return {
      ...analysis,
      caption: ({ text }) => {
        if (text === 'timer') setTimeout(fail, 0);
        else if (text === 'promise') void Promise.resolve().then(fail);
        else if (text === 'closing') failing = true;
        else fail();
        return false;
      },
      close: (reason) => {
        if (failing) fail();
        analysis.close(reason);
      },
    };
  }
}

const analyser = new FailingAnalyser(await LocalReceiver.create());
const subject = await startServer({}, { analyser });
handleUncaught({ meter: subject.meter, logger: silentLogger }, () => console.log('doubt'));
process.on('message', (closed: string) => {
  process.send?.(subject.meter.value('emostream_uncaught_total', { closed }));
});
process.once('disconnect', () => process.exit());
console.log(`port ${String(subject.server.port)}`);
