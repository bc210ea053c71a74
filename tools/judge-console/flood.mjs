#!/usr/bin/env node
// Measures the page under a flood of events, in a real browser: how long it freezes at most, and what memory it and the
// server take. Usage: flood.mjs <the example flood> [events a minute] [minutes]
import { readFileSync } from 'node:fs';
import { launch } from '../judge-page/browser.mjs';
import { start } from './run.mjs';

const [binary, events = '10000', minutes = '1'] = process.argv.slice(2);
if (binary === undefined) {
  console.error('usage: flood.mjs <the example flood> [events a minute] [minutes]');
  process.exit(2);
}
const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const resident = (pid) => 1024 * Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

const run = await start(binary, [events, minutes]);
const browser = await launch();
try {
  // One who reads nothing of what they are sent.
  const slow = await fetch(`${run.address}/console/feed/live`);
  const page = await browser.newPage();
  await page.goto(run.address);
  await page.evaluate(() => {
    window.gaps = [];
    window.updates = 0;
    let last = performance.now();
    (function frame(now) { window.gaps.push(now - last); last = now; requestAnimationFrame(frame); })(last);
    new MutationObserver(() => { window.updates += 1; }).observe(document.getElementById('flows'), { childList: true, subtree: true });
  });
  const rows = [];
  for (let second = 0; second < 60 * Number(minutes); second += 10) {
    await new Promise((resolve) => { setTimeout(resolve, 10_000); });
    const { JSHeapUsedSize, Nodes } = await page.metrics();
    rows.push({ seconds: second + 10, server: megabytes(resident(run.pid)), 'heap of the page': megabytes(JSHeapUsedSize), nodes: Nodes });
  }
  console.table(rows);
  console.log(await run.says('told'));
  const { gaps, updates } = await page.evaluate(() => ({ gaps: window.gaps.sort((one, other) => one - other), updates: window.updates }));
  const flows = await page.$$eval('#flows > article', (all) => all.length);
  console.log(`${events} events a minute: ${updates} updates; between two frames ${gaps[Math.floor(gaps.length / 2)].toFixed(0)} ms in the middle, `
    + `${gaps[Math.floor(gaps.length * 0.99)].toFixed(0)} ms at 99 %, ${gaps.at(-1).toFixed(0)} ms at most; ${flows} flows are shown`);
  await slow.body.cancel();
} finally {
  await browser.close();
  await run.stop();
}
