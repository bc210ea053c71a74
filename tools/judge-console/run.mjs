// The local run in a process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The run may take so long to end what is in flight, with room. */
const LAST_WORK = 20_000;

/** Starts it on a free port; its mails and invoices are in a folder that goes with it. */
export async function start(binary, args = ['local', '--port', '0']) {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-'));
  const own = args[0] === 'local' ? ['--mail', join(folder, 'mail'), '--invoices', join(folder, 'invoices')] : [];
  const child = spawn(binary, [...args, ...own], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TIDINGS_DATA: undefined } });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const lines = createInterface({ input: child.stdout });
  const said = [];
  const address = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`${binary} ended with ${code}`)));
  });
  return {
    address,
    pid: child.pid,
    /** Waits for the line that begins so. */
    async says(beginning) {
      const found = () => said.find((line) => line.startsWith(beginning));
      while (found() === undefined) await new Promise((resolve) => { lines.once('line', resolve); });
      return found();
    },
    /** Ends it as Ctrl-C does. Answers its exit code; none where it has to be killed. */
    async stop() {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), LAST_WORK);
      const code = await ended;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
