/**
 * What can be set of a server; docs/configuration.md has the same as a table. Generated from src/config/schema.ts: `npm run docs`.
 */
export interface ConfigOptions {
  /** Address the HTTP and WebSocket server listens on. Loopback until told otherwise. Default '127.0.0.1'. */
  host?: string | undefined;
  /** Port of the page, the WebSocket and health; of metrics too, unless metricsPort is set. Default 8080. */
  httpPort?: number | undefined;
  /** Path of the TLS certificate (PEM). Browsers give camera and microphone only to localhost or over TLS. */
  tlsCert?: string | undefined;
  /** Path of the TLS private key (PEM). */
  tlsKey?: string | undefined;
  /** Port for metrics alone, without TLS: for a network that only Prometheus reaches. */
  metricsPort?: number | undefined;
  /** Address that metricsPort is on; that of `host` if not given. */
  metricsHost?: string | undefined;
  /** Secret (16 characters or more) that who reads metrics must show: `Authorization: Bearer …`. Beyond loopback, metrics are closed unless this or metricsPort is set. */
  metricsToken?: string | undefined;
  /** Origins (scheme://host:port) whose pages may open the WebSocket, besides this server’s own. */
  allowedOrigins?: readonly string[] | undefined;
  /** Secret that signs and checks access tokens (HS256, 32 characters or more). Without it: development mode, with a random secret for this run and an open door, on loopback only. */
  jwtSecret?: string | undefined;
  /** Issuer (`iss`) that tokens signed by jwtSecret must name. If not given, any is taken, and `emostream token` writes `emostream`. */
  tokenIssuer?: string | undefined;
  /** Audience (`aud`) that access tokens must name. If not given: `emostream`, and tokens signed by jwtSecret may also name none. */
  tokenAudience?: string | undefined;
  /** Address (https, or http on loopback) of the JSON Web Key Set of an identity provider, whose tokens are taken, too (RS256, PS256, ES256, EdDSA). */
  jwksUrl?: string | undefined;
  /** Issuer (`iss`) that tokens of jwksUrl must name. */
  jwksIssuer?: string | undefined;
  /** Give a token for any room to anybody who asks (POST /api/token). On in development mode. Default false. */
  openDoor?: boolean | undefined;
  /** Life of a token given by the open door or `emostream token`. Default 3600, seconds. */
  tokenTtl?: number | undefined;
  /** How long somebody whom a moderator removed cannot come back with the same token or subject. Default 600, seconds. */
  removalTime?: number | undefined;
  /** Address (https, or http on loopback) that is told by POST when analysis of somebody begins and ends, and what it came to. */
  webhookUrl?: string | undefined;
  /** Signs webhooks (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. */
  webhookSecret?: string | undefined;
  /** NATS servers (JetStream on) that this node shares rooms and events with other nodes by: `nats://HOST:PORT`, or `tls://…`, all of one cluster. Without them this server is alone. */
  nats?: readonly string[] | undefined;
  /** With nats: the address (https://…) by which clients and other nodes’ clients reach this very node; that it listens on if not given. */
  nodeUrl?: string | undefined;
  /** With nats: the address (http://…) by which the other nodes reach this one. Where each has one, who asks any node is handed through to the one that has the room: clients need reach one address only, the nodeUrl of all. */
  nodeInnerUrl?: string | undefined;
  /** Path of the NATS credentials file (`.creds`); read anew at every connecting. */
  natsCreds?: string | undefined;
  /** Path of a file that holds the NATS token, in place of natsCreds; read anew, too. */
  natsTokenFile?: string | undefined;
  /** Path of the certificates (PEM) that NATS’s own is checked by; those of Node.js if not given. */
  natsCa?: string | undefined;
  /** Bytes of events in NATS that nodes tell each other of; at the bound the oldest go. A person’s take some 2.5 kB a second, for 30 s and journalRetention. Default 1073741824, bytes. */
  natsStreamBytes?: number | undefined;
  /** Local addresses for WebRTC media, which ICE and DTLS protect. `auto`: loopback and the machine’s own (Firefox takes no loopback). Default 'auto'. */
  rtcHost?: string | undefined;
  /** The one address that browsers are told for media, where it differs from rtcHost (NAT, 0.0.0.0); with `auto`, media that come to any address are taken. */
  rtcAnnouncedAddress?: string | undefined;
  /** First UDP and TCP port for WebRTC media; each mediasoup worker takes one. 0: any free ones from 20000 to 29999. Default 0. */
  rtcPort?: number | undefined;
  /** Take media over TCP too, for networks without UDP. mediasoup sets no limit on silent TCP connections but that of open files; a packet filter may. Default true. */
  rtcTcp?: boolean | undefined;
  /** TURN servers that browsers may send media by: `turn:HOST:PORT?transport=udp`, `turns:…`. */
  turnUrls?: readonly string[] | undefined;
  /** Secret that the TURN servers share with this one (coturn: static-auth-secret), by which each person gets a credential of their own. */
  turnSecret?: string | undefined;
  /** How long such a credential is good: longer than calls are. Default 43200, seconds. */
  turnTtl?: number | undefined;
  /** mediasoup workers (processes). 0: one per two cores. Default 0. */
  rtcWorkers?: number | undefined;
  /** Highest incoming bitrate per participant. Default 1500000, bit/s. */
  maxBitrate?: number | undefined;
  /** Most RTP packets a participant may send. Default 1000, packets/s. */
  maxPacketRate?: number | undefined;
  /** Most pixels of a participant decoded per second; a sender beyond it is not analysed (faces), and told so. Default 27648000, pixels/s. */
  maxPixelRate?: number | undefined;
  /** Policy: faces may be analysed, where their owner consents. Default true. */
  allowFace?: boolean | undefined;
  /** Policy: voices may be analysed, where their owner consents. Default true. */
  allowVoice?: boolean | undefined;
  /** Policy: words may be analysed, where their owner consents. Default true. */
  allowWords?: boolean | undefined;
  /** Inference engine. `auto` takes the best that is installed and starts, and the next best where it is lost; a named one that is missing is an error. `triton`: inference servers, see engineUrl; never by `auto`. Default 'auto'. */
  engine?: 'auto' | 'triton' | 'tensorflow-gpu' | 'onnx' | 'webgpu' | 'tensorflow' | 'wasm' | undefined;
  /** Inference servers (NVIDIA Triton or another of the Open Inference Protocol) that the engine triton asks, each with the same models: `grpc://HOST:PORT` or `http://HOST:PORT`, with TLS `grpcs://` or `https://`. */
  engineUrl?: readonly string[] | undefined;
  /** File with certificates (PEM) that theirs are trusted by, instead of the system’s. */
  engineCa?: string | undefined;
  /** Secret that they are shown: `Authorization: Bearer …`. With TLS, or on loopback, only. */
  engineToken?: string | undefined;
  /** Engine of this machine that judges while none of them can be asked, `auto`: the best. `none`: windows become gaps meanwhile, and the server starts only where one can be asked. Default 'none'. */
  engineFallback?: 'none' | 'auto' | 'tensorflow-gpu' | 'onnx' | 'webgpu' | 'tensorflow' | 'wasm' | undefined;
  /** What the onnx engine computes by. `auto`: CUDA, if the installed ONNX Runtime has it and there is an NVIDIA GPU, else the processor. Default 'auto'. */
  onnxProvider?: 'auto' | 'cuda' | 'webgpu' | 'cpu' | undefined;
  /** Folder of the fusion model; the shipped one if not given. */
  model?: string | undefined;
  /** Most windows in one inference batch. If not given, as many as the engine judges in 50 ms, measured as it starts: 4 at least, 256 at most. In windows. */
  maxBatch?: number | undefined;
  /** Longest a window waits for its batch to fill. If not given, half as long as a batch takes, 15 ms at most. In ms. */
  maxQueueDelay?: number | undefined;
  /** Threads of an engine that uses one core each (onnx, wasm). 0: as many as there are cores, at most two. Default 0. */
  inferenceThreads?: number | undefined;
  /** A window that is not judged this long after it closed is given up, and a gap event says so. Default 1500, ms. */
  inferenceDeadline?: number | undefined;
  /** Most windows waiting for inference; at the bound the oldest is dropped and becomes a gap. Default 512, windows. */
  inferenceQueue?: number | undefined;
  /** Most processes that decode media and make features; one more waits to take the place of any. 0: one per core, 8 at most. Default 0. */
  analysisProcesses?: number | undefined;
  /** Pictures of the face judged per second at most, the best ones, every other one mirrored; each costs the engine about as much as all of the voice. Default 2, pictures. */
  faceCrops?: number | undefined;
  /** Faces followed and judged per camera at most. 1: the largest. More: each has its own id and result, by its face alone, and costs about as much as another person’s face. Default 1, faces. */
  maxFaces?: number | undefined;
  /** Recognise the words of those who consent to voice and words, on this machine. `off`: words come from captions only. Default 'on'. */
  speech?: 'on' | 'off' | undefined;
  /** Folder of a speech model that sherpa-onnx loads, with its `speech-model.json`; Moonshine Tiny (English) if not given. */
  speechModel?: string | undefined;
  /** Module (path or package) that recognises speech in place of sherpa-onnx; see src/streams/transcriber.ts. */
  transcriber?: string | undefined;
  /** Have pretrained encoders hear voices, where they are installed and the model knows them; some 12 ms of a core per second of speech. `off`: log-mel alone. Default 'auto'. */
  voiceEncoder?: 'auto' | 'off' | undefined;
  /** How long after its end a window waits for late media before it closes. For what the server itself has not handled yet it waits two seconds. Default 150, ms. */
  allowedLateness?: number | undefined;
  /** Words this late still revise the event of their window. Default 10000, ms. */
  wordsRevisionHorizon?: number | undefined;
  /** Time constant of the smoothed scores. Default 2000, ms. */
  smoothing?: number | undefined;
  /** Events kept per room for subscribers that resume. Default 2000, events. */
  journalSize?: number | undefined;
  /** Bytes of events kept in all rooms together; at the bound the room with most of them loses its oldest. Default 67108864, bytes. */
  journalBytes?: number | undefined;
  /** How long a room’s events and numbering are kept after its last person left. Default 60, seconds. */
  journalRetention?: number | undefined;
  /** How long events of a person whose connection was lost are kept for their return; who leaves is forgotten at once. Default 30, seconds. */
  seatHold?: number | undefined;
  /** How long a seat that was taken with a good token is kept after the token’s end. Nothing is granted then but withdrawing consent. Default 600, seconds. */
  tokenGrace?: number | undefined;
  /** Most rooms at once. Default 200, rooms. */
  maxRooms?: number | undefined;
  /** Most rooms at once opened from one address (IPv6: one /64 network). Default 100, rooms. */
  maxRoomsPerAddress?: number | undefined;
  /** Most consumers that a media worker carries: who comes when its seats could need more is refused. N people in a room can need 2·N². Default 1000, consumers. */
  maxConsumersPerWorker?: number | undefined;
  /** Most participants in a room. Default 50, participants. */
  maxParticipantsPerRoom?: number | undefined;
  /** Most WebSockets at once. Default 2000, sockets. */
  maxSockets?: number | undefined;
  /** Most HTTP connections and WebSockets from one address (IPv6: one /64 network). Default 250, connections. */
  maxConnectionsPerAddress?: number | undefined;
  /** Most WebSockets with one access token. Default 32, sockets. */
  maxSocketsPerToken?: number | undefined;
  /** Most seats in a room taken with one access token; a token with a subject has one seat anyway. Default 8, seats. */
  maxSeatsPerToken?: number | undefined;
  /** Most seats in all rooms taken from one address (IPv6: one /64 network). Default 100, seats. */
  maxSeatsPerAddress?: number | undefined;
  /** Addresses of reverse proxies: the limits per address do not count against them, but against whom their X-Forwarded-For names. */
  trustedProxies?: readonly string[] | undefined;
  /** Longest WebSocket message accepted. Default 262144, bytes. */
  maxMessageBytes?: number | undefined;
  /** Messages a socket may send per second, averaged over 10 seconds; beyond it, errors, then closing. One with many values counts as several. Default 50, messages/s. */
  maxMessagesPerSecond?: number | undefined;
  /** Unsent bytes a slow subscriber may have; past it its oldest events are conflated, at four times it is closed. Default 1048576, bytes. */
  maxBufferedBytes?: number | undefined;
  /** Unsent bytes that all sockets of an address may have; past it those that read slowly are closed. Default 33554432, bytes. */
  maxBufferedBytesPerAddress?: number | undefined;
  /** Interval of WebSocket pings; two unanswered end the connection. Default 5000, ms. */
  heartbeat?: number | undefined;
  /** Count analysed seconds by label over everybody, for Grafana. Names nobody, and never counts fewer than five people. Default false. */
  emotionMetrics?: boolean | undefined;
  /** Where traces of windows go: an OTLP receiver over HTTP, such as http://127.0.0.1:4318/v1/traces. Without it nothing is traced. */
  traceEndpoint?: string | undefined;
  /** Share of the windows that are traced, where traceEndpoint is set. Default 0.1, 0 to 1. */
  traceShare?: number | undefined;
  /** Least severe log level written. Default 'info'. */
  logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' | undefined;
  /** Folder in which the server records the results of calls itself, where somebody with the grant `record` starts that: of those who agree, never media. Without it none. */
  recordings?: string | undefined;
  /** Size at which a recording’s file is put aside. Default 67108864, bytes. */
  recordingFileBytes?: number | undefined;
  /** Bytes of all recordings together; past it the oldest files are deleted. Default 10737418240, bytes. */
  recordingsMaxBytes?: number | undefined;
  /** Recordings’ files that are older are deleted. Default 30, days. */
  recordingsMaxAge?: number | undefined;
  /** File that gets one JSON line per change of consent and per join and leave (ids only). Without it they go to the log. */
  auditLog?: string | undefined;
}
