/** What Node, the system's libraries and a module of the operator's own (`TRANSCRIBER_…`) read; nothing else is handed on. */
const NEEDED =
  /^(PATH|HOME|USER|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TMP|TEMP|XDG_.*|NODE_.*|UV_.*|LD_.*|DYLD_.*|MALLOC_.*|OMP_.*|CUDA_.*|NVIDIA_.*|TRANSCRIBER_.*|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;
/** Not even among those: names that speak of a secret. */
const SECRET = /SECRET|TOKEN|PASS|CREDENTIAL|PRIVATE|KEY|AUTH|COOKIE/i;

/**
 * Each thread of the process (recogniser, encoders, decoders) would get heaps of the system's allocator of its own, where holes
 * that one leaves cannot serve another: memory that grew by the hour. Two heaps do for all of them (M_ARENA_MAX in mallopt(3)).
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2' };

/** The environment of a process that decodes foreign media: what it needs to run, by name, so that no secret is among it. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const handedOn = Object.entries(env).filter(([name]) => NEEDED.test(name) && !SECRET.test(name));
  return { ...ALLOCATOR, ...Object.fromEntries(handedOn) };
}
