// The local run in a process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts it on a free port; its mails and invoices are in a folder that goes with it. */
export async function start(binary, args = ['local', '--port', '0']) {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-'));
  const own = args[0] === 'local' ? ['--mail', join(folder, 'mail'), '--invoices', join(folder, 'invoices')] : [];
  const child = spawn(binary, [...args, ...own], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TIDINGS_DATA: undefined } });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = line.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`${binary} ended with ${code}`)));
  });
  return {
    address,
    pid: child.pid,
    /** Ends it as Ctrl-C does. Answers its exit code: who watches must not hold it up. */
    async stop() {
      child.kill('SIGINT');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
