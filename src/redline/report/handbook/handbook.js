"use strict";
(() => {
  const body = document.body;
  const search = document.querySelector(".search");
  const box = document.getElementById("search");
  const found = document.getElementById("found");
  const MOST = 40;
  let rules = null;

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };
  const item = ([address, title, clauses]) => {
    const link = element("a", title);
    link.href = body.dataset.root + address.split("/").map(encodeURIComponent).join("/");
    const line = document.createElement("li");
    const below = element("div", clauses);
    below.className = "clause";
    line.append(link, below);
    return line;
  };
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.replaceChildren();
    if (!rules || !words.length) return;
    const hits = rules.filter((rule) => words.every((word) => rule[3].includes(word)));
    if (!hits.length) {
      found.append(element("p", found.dataset.none));
      return;
    }
    const list = document.createElement("ul");
    list.append(...hits.slice(0, MOST).map(item));
    found.append(list);
    if (hits.length > MOST) found.append(element("p", search.dataset.more));
  };

  // The index is a script, which a page may load from a disk; it comes when it is first needed.
  window.redlineRules = (rows) => { rules = rows; show(); };
  const load = () => {
    const script = document.createElement("script");
    script.src = body.dataset.top + search.dataset.index;
    document.head.append(script);
  };
  search.hidden = false;
  box.addEventListener("focus", load, { once: true });
  box.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { box.value = ""; show(); }
  });
})();
