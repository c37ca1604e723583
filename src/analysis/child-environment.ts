/** What Node, the system's libraries and a module of the operator's own (`TRANSCRIBER_…`) read; nothing else is handed on. */
const NEEDED =
  /^(PATH|HOME|USER|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TMP|TEMP|XDG_.*|NODE_.*|UV_.*|LD_.*|DYLD_.*|MALLOC_.*|OMP_.*|CUDA_.*|NVIDIA_.*|TRANSCRIBER_.*|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;
/** Not even among those: names that speak of a secret. */
const SECRET = /SECRET|TOKEN|PASS|CREDENTIAL|PRIVATE|KEY|AUTH|COOKIE/i;

/** The environment of a process that decodes foreign media: what it needs to run, by name, so that no secret is among it. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => NEEDED.test(name) && !SECRET.test(name)));
}
