"use strict";
// The pages can be read, and their forms sent, without any of this.

// Light or dark is remembered, where the browser lets a page remember.
const remembered = {
  get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
  set: (value) => { try { localStorage.setItem("theme", value); } catch { /* it lasts as long as the page */ } },
};
for (const choice of document.querySelectorAll("input[name=theme]")) {
  if (choice.value === remembered.get()) choice.checked = true;
  choice.addEventListener("change", () => remembered.set(choice.value));
}

// What differs is put into the page. The server has escaped it.
const FOCUSABLE = "a, button, summary, input";
function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}
function replace(old, fresh) {
  if (old.outerHTML === fresh.outerHTML) return;
  // Who is at a link stays there, and what is open stays open.
  const at = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  old.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((details, number) => { details.open = open[number] ?? details.open; });
  if (at >= 0) fresh.querySelectorAll(FOCUSABLE)[at]?.focus({ preventScroll: true });
}
function take({ lists, items }) {
  for (const [id, keys] of Object.entries(lists)) {
    const list = document.getElementById(id);
    if (list === null) continue;
    const kept = new Set(keys);
    for (const child of [...list.children]) if (!kept.has(child.id)) child.remove();
    keys.forEach((key, number) => {
      let item = document.getElementById(key);
      if (items[key] !== undefined) {
        const fresh = element(items[key]);
        if (item === null) item = fresh; else { replace(item, fresh); item = document.getElementById(key); }
      }
      if (item !== null && list.children[number] !== item) list.insertBefore(item, list.children[number] ?? null);
    });
  }
}

// What is said to those who do not see the page: rarely, so that it can be heard.
const PAUSE = 5000;
const said = document.getElementById("said");
let spoken = -PAUSE;
function say(text) {
  if (text === undefined || performance.now() - spoken < PAUSE) return;
  spoken = performance.now();
  said.textContent = text;
}

// A page that nobody sees has no connection: a browser has six for all pages of an address.
const feed = document.body.dataset.feed;
const connection = document.getElementById("connection");
let source = null;
function tell(state, word) { connection.dataset.state = state; connection.textContent = word; }
function watch() {
  if (document.hidden && source !== null) { source.close(); source = null; tell("off", "not live"); }
  if (document.hidden || source !== null) return;
  source = new EventSource(feed);
  source.addEventListener("open", () => tell("on", "live"));
  source.addEventListener("error", () => { tell("off", "not live"); say("The connection is lost"); });
  source.addEventListener("message", (message) => {
    const difference = JSON.parse(message.data);
    take(difference);
    say(difference.said);
  });
}
if (feed !== undefined) {
  document.addEventListener("visibilitychange", watch);
  // A page that is left gives its connection back, also where the browser keeps it for "back".
  addEventListener("pagehide", () => { source?.close(); source = null; });
  addEventListener("pageshow", watch);
}
