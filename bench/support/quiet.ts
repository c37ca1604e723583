import { AV_LOG_QUIET, Log } from 'node-av';

// The encoders greet on stderr; nobody asked. SVT-AV1 asks the environment.
process.env.SVT_LOG ??= '1';
Log.setLevel(AV_LOG_QUIET);
