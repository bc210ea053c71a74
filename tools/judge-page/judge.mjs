#!/usr/bin/env node
// Judges a page (README.md). Usage: judge.mjs <file or address> [--screenshots <folder> --name
// <name>]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';
import { wrong } from './markup.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshots: { type: 'string' }, name: { type: 'string', default: 'page' } },
});
const [target] = positionals;
if (target === undefined) {
  console.error('usage: judge.mjs <file or address> [--screenshots <folder> --name <name>]');
  process.exit(2);
}

const address = existsSync(target) ? pathToFileURL(resolve(target)).href : target;
const WIDE = { width: 1360, height: 900 };
const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
const VIEWS = [
  { name: 'wide', viewport: WIDE, scheme: 'light' },
  { name: 'dark', viewport: WIDE, scheme: 'dark' },
  { name: 'phone', viewport: PHONE, scheme: 'light' },
  { name: 'phone-dark', viewport: PHONE, scheme: 'dark' },
];
/** What fails the judge, of axe's four degrees (axe-core, "Impact"). The others are told. */
const GRAVE = ['serious', 'critical'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const differences = [];

/** The page in one view: what axe finds, what it asks the network for, whether it is wider than the screen. */
async function ofTheView(browser, view) {
  const page = await browser.newPage();
  await page.setViewport(view.viewport);
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: view.scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) differences.push(`${view.name}: asks for ${request.url()}`);
  });
  page.on('pageerror', (error) => differences.push(`${view.name}: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') differences.push(`${view.name}: ${message.text()}`);
  });
  await page.goto(address);
  if (options.screenshots) {
    mkdirSync(options.screenshots, { recursive: true });
    writeFileSync(join(options.screenshots, `${options.name}-${view.name}.png`), await page.screenshot());
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) differences.push(`${view.name}: it is ${wide} pixels wider than the screen`);
  // Through the debugger, which the page's own policy does not stop.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, impact, help, nodes } of found.violations) {
    const told = `axe: ${view.name}: ${impact}: ${help} (${id}), ${nodes.length} times, first ${nodes[0].target}`;
    if (GRAVE.includes(impact)) differences.push(told);
    else console.log(`told only: ${told}`);
  }
  await page.close();
  return found.passes.length;
}

/** The first presses of Tab lead to something that can be seen; without scripts, the text is there. */
async function ofItsUse(browser) {
  const page = await browser.newPage();
  await page.setViewport(WIDE);
  await page.goto(address);
  const stops = new Set();
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab');
    stops.add(await page.evaluate(() => document.activeElement.outerHTML.slice(0, 80)));
  }
  if (stops.size < 4) differences.push(`keyboard: eight presses of Tab reach ${stops.size} places`);
  const scripted = await page.evaluate(() => document.querySelector('main').innerText.length);
  await page.close();
  const plain = await browser.newPage();
  await plain.setJavaScriptEnabled(false);
  await plain.goto(address);
  const main = await plain.$eval('main', (element) => element.innerText.length);
  if (main < scripted * 0.9) differences.push(`without scripts: ${main} of ${scripted} characters can be read`);
  await plain.close();
}

const browser = await launch();
try {
  const text = address.startsWith('file:') ? readFileSync(target, 'utf8') : await (await fetch(address)).text();
  differences.push(...await wrong(text));
  let passed = 0;
  for (const view of VIEWS) passed += await ofTheView(browser, view);
  await ofItsUse(browser);
  console.log(`${await browser.version()}: ${VIEWS.length} views, ${passed} rules of axe kept, ${text.length} bytes of HTML`);
} finally {
  await browser.close();
}
for (const difference of differences) console.log(`difference: ${difference}`);
console.log(`judge of ${target}: ${differences.length} differences`);
process.exitCode = differences.length > 0 ? 1 : 0;
