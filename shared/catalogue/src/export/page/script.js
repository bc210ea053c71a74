"use strict";
// The page can be read without any of this.

// Light or dark is remembered, where the browser lets a page remember.
const remembered = {
  get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
  set: (value) => { try { localStorage.setItem("theme", value); } catch { /* it lasts as long as the page */ } },
};
for (const choice of document.querySelectorAll("input[name=theme]")) {
  if (choice.value === remembered.get()) choice.checked = true;
  choice.addEventListener("change", () => remembered.set(choice.value));
}

// On a phone the contents are closed, so that the page begins with what it is about.
const narrow = matchMedia("(max-width: 60rem)");
const fold = () => { document.querySelector("nav details").open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();

// Search: what has all words stays. An article is shown with all that it holds; a row, by itself.
const search = document.getElementById("search");
const found = document.getElementById("found");
search.closest(".search").hidden = false;
const entries = [...document.querySelectorAll("[data-find]")].map((element) => ({ element, text: element.textContent.toLowerCase() }));
const groups = [...document.querySelectorAll("#services article, main > section")];
function look() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { element, text } of entries) {
    element.hidden = !words.every((word) => text.includes(word));
    if (!element.hidden) count += 1;
  }
  for (const group of groups) {
    const own = group.querySelectorAll("[data-find]");
    const seen = [...own].some((element) => !element.hidden);
    group.hidden = words.length > 0 && !seen;
  }
  // The contents name what is shown.
  for (const item of document.querySelectorAll("nav li")) {
    item.hidden = document.getElementById(item.firstElementChild.hash.slice(1)).hidden;
  }
  document.getElementById("nothing").hidden = words.length === 0 || count > 0;
  found.textContent = words.length === 0 ? "" : `${count} found`;
}
search.addEventListener("input", look);
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { search.value = ""; look(); }
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});

// A link to what a search has hidden shows it again.
function show() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.closest("[hidden]")) {
    search.value = "";
    look();
    target.scrollIntoView();
  }
}
addEventListener("hashchange", show);

// The picture: what is next to what is pointed at stands out.
for (const picture of document.querySelectorAll(".picture svg")) {
  const nodes = new Map([...picture.querySelectorAll("[data-node]")].map((node) => [node.dataset.node, node]));
  const edges = [...picture.querySelectorAll("[data-from]")];
  function choose(node) {
    for (const near of picture.querySelectorAll(".near")) near.classList.remove("near");
    picture.classList.toggle("choosing", node !== null);
    if (node === null) return;
    node.classList.add("near");
    for (const edge of edges) {
      if (edge.dataset.from === node.dataset.node || edge.dataset.to === node.dataset.node) {
        edge.classList.add("near");
        nodes.get(edge.dataset.from).classList.add("near");
        nodes.get(edge.dataset.to).classList.add("near");
      }
    }
  }
  for (const node of nodes.values()) {
    node.addEventListener("pointerenter", () => choose(node));
    node.addEventListener("pointerleave", () => choose(null));
    node.addEventListener("focus", () => choose(node));
    node.addEventListener("blur", () => choose(null));
  }
}
