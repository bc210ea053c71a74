// How the pages look and read: wide and as on a phone, light and dark.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wrong } from '../judge-page/markup.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(createRequire(join(HERE, '../judge-page/judge.mjs')).resolve('axe-core/axe.min.js'), 'utf8');
/** What fails the judge, of axe's four degrees (axe-core, "Impact"). The others are told. */
const GRAVE = ['serious', 'critical'];
const WIDE = { width: 1360, height: 900 };
const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
/** Of axe, all rules where the page is laid out anew, and those of colours where only they differ. */
const VIEWS = [
  { name: 'wide', viewport: WIDE, scheme: 'light' },
  { name: 'dark', viewport: WIDE, scheme: 'dark', only: ['color-contrast'] },
  { name: 'phone', viewport: PHONE, scheme: 'light' },
];

/** Every page in every view. Answers how many rules were kept. */
export async function look(browser, address, screenshots, differences) {
  const pages = await all(browser, address);
  let passed = 0;
  for (const view of VIEWS) {
    const page = await browser.newPage();
    await page.setViewport(view.viewport);
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: view.scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(address + path, { waitUntil: 'domcontentloaded' });
      const where = `${name}, ${view.name}`;
      if (view === VIEWS[0]) {
        const text = await (await fetch(address + path)).text();
        differences.push(...(await wrong(text)).map((told) => `${name}: ${told}`));
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) differences.push(`${where}: it is ${wide} pixels wider than the screen`);
      // Through the debugger, which the page's own policy does not stop.
      await page.evaluate(AXE);
      const found = await page.evaluate((only) => window.axe.run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) }), view.only);
      passed += found.passes.length;
      for (const { id, impact, help, nodes } of found.violations) {
        const told = `axe: ${where}: ${impact}: ${help} (${id}), ${nodes.length} times, first ${nodes[0].target}`;
        if (GRAVE.includes(impact)) differences.push(told);
        else console.log(`told only: ${told}`);
      }
      if (screenshots) {
        mkdirSync(screenshots, { recursive: true });
        writeFileSync(join(screenshots, `page-${name}-${view.name}.png`), await page.screenshot({ fullPage: name === 'trace' }));
      }
    }
    await page.close();
  }
  return passed;
}

/** The pages, also of a letter and of a trace: those that are there. */
async function all(browser, address) {
  const page = await browser.newPage();
  const first = async (path, selector) => {
    await page.goto(address + path, { waitUntil: 'domcontentloaded' });
    return page.$eval(selector, (link) => link.getAttribute('href'));
  };
  const trace = await first('/console/traces', '.entries li:last-child a');
  const group = await first('/console/letters', 'tbody th a');
  const letter = await first(group, 'tbody th a');
  await page.close();
  return { live: '/', shop: '/console/shop', consumers: '/console/consumers', letters: '/console/letters', group, letter, trace };
}
