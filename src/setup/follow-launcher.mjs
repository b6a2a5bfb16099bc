import { Socket } from 'node:net';

/**
 * Loaded into the program that the launcher starts (node --import). The launcher holds the other end of a pipe; when
 * it closes, the launcher is gone, however it went, and this program ends itself as on SIGTERM.
 */
const fd = Number(process.env.FLEET_LAUNCHER_FD);
delete process.env.FLEET_LAUNCHER_FD;
if (Number.isInteger(fd) && fd > 2) {
  const pipe = new Socket({ fd, readable: true, writable: false });
  const launcherGone = () => process.kill(process.pid, 'SIGTERM');
  pipe.once('end', launcherGone).once('error', launcherGone);
  pipe.resume().unref();
}
