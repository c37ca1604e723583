import { AV_LOG_QUIET, Log } from 'node-av';

// The encoders greet on stderr; nobody asked.
Log.setLevel(AV_LOG_QUIET);
