/** Imported first: what a process does that bin/tributary.js started because it runs on an older Node itself. */

if (process.env.TRIBUTARY_LAUNCHED) {
  delete process.env.TRIBUTARY_LAUNCHED;
  // A launcher that was killed can't pass that on; the process that it stands for dies the same way.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
