// What a person does with the page. Each story goes on where the one before has ended.
const ORDER = 'form[action="/console/shop/orders"] button';
const PROVIDERS = 'form[action="/console/shop/providers"] button';
const FIRST = '#flows > article:first-child';
const TAKEN = (consumer, state) => `${FIRST} li.state[data-state="${state}"]`;

async function fails(what, why) {
  if (await what) throw new Error(why);
}

async function consumerIs(story, consumer, state) {
  await story.page.waitForFunction((selector, consumer) => [...document.querySelectorAll(selector)]
    .some((item) => item.querySelector('b').innerText === consumer), {}, TAKEN(consumer, state), consumer)
    .catch(async () => { throw new Error(`${consumer} is never ${state}: ${await story.text(FIRST)}`); });
}

export const stories = {
  async 'an order is placed, and its fan-out is watched without loading the page again'(story) {
    await story.go('/');
    await story.says('main', 'Nothing has happened yet');
    await story.send(ORDER);
    await story.page.evaluate(() => { window.still = true; });
    await story.says('#connection', 'live');
    await story.says(FIRST, ['POST /orders', '202', 'order.placed', 'invoice.created', 'render-invoice-pdf']);
    for (const consumer of ['send-order-confirmation', 'create-shipment', 'notify-sales', 'render-invoice-pdf']) await consumerIs(story, consumer, 'done');
    await fails(story.page.evaluate(() => window.still !== true), 'the page was loaded again');
  },

  async 'the trace of that order is opened, as a tree and as a waterfall'(story) {
    await story.follow(`${FIRST} .asked a`);
    await story.says('#tree', ['order.placed', 'create-invoice', 'invoice.created', 'render-invoice-pdf', 'done']);
    await story.says('#waterfall', ['send-order-confirmation', 'queued']);
    await fails(story.page.$$eval('#waterfall rect', (bars) => bars.length < 10), 'the waterfall has hardly a bar');
  },

  async 'the mail and the invoice of the order can be looked at, and the stock has gone down'(story, run) {
    await story.go('/console/shop');
    await story.says('#mails', 'Your order');
    await story.says('#stock', '9999');
    await story.says('#invoices', 'inv-ord-');
    const invoice = await story.page.$eval('#invoices a', (link) => link.getAttribute('href'));
    const answer = await fetch(run.address + invoice);
    const bytes = Buffer.from(await answer.arrayBuffer());
    await fails(answer.headers.get('content-type') !== 'application/pdf' || bytes.subarray(0, 5).toString() !== '%PDF-', `${invoice} is no PDF`);
  },

  async 'a card is declined, and the page says why'(story) {
    await story.go('/');
    await story.choose('card', 'tok_chargeDeclined');
    await story.send(ORDER);
    await story.says(FIRST, ['402', 'generic_decline', 'order.refused']);
  },

  async 'mail is down: its consumer alone tries again, and is done when mail is well'(story) {
    await story.choose('mail', 'down');
    await story.send(PROVIDERS);
    await story.send(ORDER);
    await consumerIs(story, 'send-order-confirmation', 'retrying');
    await consumerIs(story, 'create-invoice', 'done');
    await story.says(FIRST, 'mail does not answer');
    await story.choose('mail', 'well');
    await story.send(PROVIDERS);
    await consumerIs(story, 'send-order-confirmation', 'done');
  },

  async 'slack refuses: its letter is dead, and those who do not see the page hear of it'(story) {
    await story.choose('slack', 'refusing');
    await story.send(PROVIDERS);
    await story.says('#connection', 'live');
    await story.page.evaluate((action) => {
      // Without leaving the page, so that what is said now is heard.
      const form = document.querySelector(`form[action="${action}"]`);
      return fetch(action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    }, '/console/shop/orders');
    await consumerIs(story, 'notify-sales', 'dead letter');
    await story.says('#said', 'notify-sales has set a dead letter aside');
    await story.go('/console/consumers');
    await story.says('#consumer-notify-sales', '1');
  },

  async 'the letter is explained: a redrive begins it again'(story) {
    await story.go('/console/letters');
    await story.says('main', ['notify-sales', 'MadeToRefuse', 'slack refuses']);
    await story.follow('tbody th a');
    await story.says('tbody', 'begins again');
    await story.follow('tbody th a');
    await story.says('#explained', 'begins again');
    await story.says('main', ['order.placed', '"specversion": "1.0"']);
  },

  async 'slack is well: the letter is redriven, and done'(story) {
    const letter = await story.page.evaluate(() => location.pathname);
    await story.go('/');
    await story.choose('slack', 'well');
    await story.send(PROVIDERS);
    await story.go(letter);
    await story.page.type('input[name=reason]', 'slack is well');
    await story.send('form[action="/console/letters/redrive"] button');
    await story.says('main', ['redrive', 'done', '1 acted on', '1 done', 'slack is well']);
    await story.go('/console/letters');
    await story.says('main', ['There is none', 'slack is well']);
    await story.go('/');
    await consumerIs(story, 'notify-sales', 'done');
  },

  async 'with the keyboard alone an order is placed'(story) {
    await story.go('/');
    const before = await story.page.$eval(FIRST, (flow) => flow.id);
    for (let press = 0; press < 60; press += 1) {
      await story.page.keyboard.press('Tab');
      if (await story.page.evaluate((button) => document.activeElement === document.querySelector(button), ORDER)) break;
    }
    await Promise.all([story.page.waitForNavigation(), story.page.keyboard.press('Enter')]);
    await story.page.waitForFunction((first, before) => document.querySelector(first)?.id !== before, {}, FIRST, before);
  },

  async 'without scripts an order is placed, and everything can be read'(story) {
    await story.page.setJavaScriptEnabled(false);
    try {
      await story.go('/');
      await story.send(ORDER);
      if (!(await story.text(FIRST)).includes('POST /orders')) throw new Error('the order is not to be seen');
    } finally {
      await story.page.setJavaScriptEnabled(true);
    }
  },

  async 'a page of another origin changes nothing, and another name gets no answer'(story, run) {
    const post = (headers) => fetch(`${run.address}/console/shop/providers`, { method: 'POST', body: new URLSearchParams({ mail: 'down' }), headers, redirect: 'manual' });
    for (const headers of [{}, { origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site', origin: run.address }]) {
      const { status } = await post(headers);
      if (status !== 403) throw new Error(`${JSON.stringify(headers)} is answered ${status}`);
    }
    await story.go('/');
    await fails(story.page.$eval('select[name=mail]', (mail) => mail.value !== 'well'), 'mail was switched');
  },

  async 'a dead letter and a consumer that tries again are left, to be looked at'(story) {
    await story.go('/');
    await story.choose('slack', 'refusing');
    await story.choose('mail', 'down');
    await story.send(PROVIDERS);
    await story.send(ORDER);
    await consumerIs(story, 'notify-sales', 'dead letter');
    await consumerIs(story, 'send-order-confirmation', 'retrying');
  },
};
