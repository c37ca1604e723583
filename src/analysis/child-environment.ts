/** What Node, the system's libraries and a module of the operator's own (`TRANSCRIBER_…`) read; nothing else is handed on. */
const NEEDED =
  /^(PATH|HOME|USER|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TMP|TEMP|XDG_.*|NODE_.*|UV_.*|LD_.*|DYLD_.*|MALLOC_.*|OMP_.*|CUDA_.*|NVIDIA_.*|TRANSCRIBER_.*|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;
/** Not even among those: names that speak of a secret. */
const SECRET = /SECRET|TOKEN|PASS|CREDENTIAL|PRIVATE|KEY|AUTH|COOKIE/i;

/**
 * The system's allocator, told to give back what a busy minute took (mallopt(3)); what the operator sets goes before. Each thread
 * (recogniser, encoders, decoders) would get a heap of its own, where holes that one leaves serve no other: two do for all. And what is
 * as large as a picture is mapped apart, and unmapped: between what is small and stays, thousands of them a minute leave holes; and glibc
 * would learn from the first of them to keep such sizes, and as much again at the heap's end, for good.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '4194304' };

/** The environment of a process that decodes foreign media: what it needs to run, by name, so that no secret is among it. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const handedOn = Object.entries(env).filter(([name]) => NEEDED.test(name) && !SECRET.test(name));
  return { ...ALLOCATOR, ...Object.fromEntries(handedOn) };
}
