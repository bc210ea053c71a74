#!/usr/bin/env node
// Uses the page of a local run as a person would, in a real headless Chromium (README.md).
// Usage: judge.mjs <the binary tidings> [--screenshots <folder>]
import { parseArgs } from 'node:util';
import { launch } from '../judge-page/browser.mjs';
import { start } from './run.mjs';
import { open } from './page.mjs';
import { look } from './look.mjs';
import { stories } from './stories.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { screenshots: { type: 'string' } } });
if (positionals.length !== 1) {
  console.error('usage: judge.mjs <the binary tidings> [--screenshots <folder>]');
  process.exit(2);
}

const began = performance.now();
const differences = [];
const run = await start(positionals[0]);
const browser = await launch();
try {
  const page = await open(browser, run.address, differences);
  for (const [name, story] of Object.entries(stories)) {
    try {
      await story(page, run);
      console.log(`told: ${name}`);
    } catch (error) {
      differences.push(`${name}: ${error.message}`);
    }
  }
  const passed = await look(browser, run.address, options.screenshots, differences);
  // Somebody watches, and Ctrl-C ends it all the same.
  await page.go('/');
  await page.says('#connection', 'live');
  const code = await run.stop();
  if (code !== 0) differences.push(`Ctrl-C, while somebody watches: the run ends with ${code}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${await browser.version()}: ${Object.keys(stories).length} stories, ${passed} rules of axe kept, ${seconds} s`);
} finally {
  await browser.close();
  // Where a story has thrown; a run that has ended stays so.
  await run.stop();
}
for (const difference of differences) console.log(`difference: ${difference}`);
console.log(`judge of the page: ${differences.length} differences`);
process.exitCode = differences.length > 0 ? 1 : 0;
