// A page in the browser, with what a story needs of it.
const PATIENCE = 15000;

/** Opens a page that reports what it should not do: errors, broken policies, requests to elsewhere. */
export async function open(browser, address, differences) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1360, height: 900 });
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => differences.push(`script: ${error}`));
  page.on('console', (message) => {
    // A refused form is a story's own matter.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) differences.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:')) differences.push(`asks for ${url}`);
  });
  return {
    page,
    go: (path) => page.goto(address + path, { waitUntil: 'domcontentloaded' }),
    /** Waits until the text of an element says so. */
    says: (selector, words) => page.waitForFunction(
      (selector, words) => words.every((word) => document.querySelector(selector)?.innerText.includes(word)),
      {}, selector, [words].flat(),
    ).catch(async () => {
      const text = await page.evaluate((selector) => document.querySelector(selector)?.innerText, selector);
      throw new Error(`${selector} never says ${JSON.stringify(words)}, but: ${String(text).slice(0, 600)}`);
    }),
    text: (selector) => page.$eval(selector, (element) => element.innerText),
    /** Sends the form that has this button. */
    send: async (selector) => {
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.click(selector)]);
    },
    choose: (name, value) => page.select(`select[name="${name}"]`, value),
    follow: async (selector) => {
      await Promise.all([page.waitForNavigation({ waitUntil: 'domcontentloaded' }), page.$eval(selector, (link) => link.click())]);
    },
  };
}
