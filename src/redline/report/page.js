"use strict";
(() => {
  const all = (query, where = document) => [...where.querySelectorAll(query)];
  const byId = (id) => document.getElementById(id);

  // Maps: buttons, wheel with Ctrl, two fingers, dragging, and the keyboard.
  const round = (most) => {
    const power = 10 ** Math.floor(Math.log10(most));
    return Math.max(...[1, 2, 5].map((s) => s * power).filter((m) => m <= most));
  };
  const map = (canvas) => {
    const svg = canvas.querySelector("svg");
    const view = svg.querySelector(".view");
    const bar = svg.querySelector(".bar");
    const words = svg.querySelector(".scale text");
    const box = svg.viewBox.baseVal;
    const metres = Number(svg.dataset.metres);
    let k = 1, x = 0, y = 0;
    const show = () => {
      const slack = 0.9;
      x = Math.min(box.width * slack, Math.max(box.width * (1 - slack) - box.width * k, x));
      y = Math.min(box.height * slack, Math.max(box.height * (1 - slack) - box.height * k, y));
      view.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
      const length = round((metres / k) * 160);
      bar.setAttribute("d", `M16 ${box.height - 22}v6h${((length * k) / metres).toFixed(1)}v-6`);
      words.textContent = length >= 1000 ? `${length / 1000} km` : `${+length.toPrecision(1)} m`;
      svg.classList.toggle("moved", k !== 1 || x !== 0 || y !== 0);
      canvas.style.touchAction = k > 1 ? "none" : "pan-y";
    };
    const zoom = (by, cx = box.width / 2, cy = box.height / 2) => {
      const next = Math.min(200, Math.max(0.25, k * by));
      x = cx - ((cx - x) * next) / k;
      y = cy - ((cy - y) * next) / k;
      k = next;
      show();
    };
    const whole = () => { k = 1; x = 0; y = 0; show(); };
    const at = (event) => {
      const frame = svg.getBoundingClientRect();
      const unit = box.width / frame.width;
      return [(event.clientX - frame.left) * unit, (event.clientY - frame.top) * unit];
    };
    const steps = {
      "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: whole,
      ArrowLeft: () => { x += 60; show(); }, ArrowRight: () => { x -= 60; show(); },
      ArrowUp: () => { y += 60; show(); }, ArrowDown: () => { y -= 60; show(); },
    };
    canvas.append(byId("zoom").content.cloneNode(true));
    const [nearer, farther, reset] = all(".zoom button", canvas);
    nearer.onclick = () => zoom(1.5);
    farther.onclick = () => zoom(1 / 1.5);
    reset.onclick = whole;
    canvas.tabIndex = 0;
    canvas.addEventListener("keydown", (event) => {
      if (event.target !== canvas || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = steps[event.key];
      if (step) { event.preventDefault(); step(); }
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.25 : 0.8, ...at(event));
    }, { passive: false });
    const held = new Map();
    svg.addEventListener("pointerdown", (event) => {
      if (event.target.closest("a")) return;
      held.set(event.pointerId, at(event));
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1;
        zoom(far(now, other) / far(before, other), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      } else if (event.pointerType !== "touch" || k > 1) {
        x += now[0] - before[0];
        y += now[1] - before[1];
        show();
      }
      held.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, (event) => held.delete(event.pointerId));
    }
    addEventListener("beforeprint", whole);
  };
  const live = new WeakSet();
  const draw = (where) => all(".canvas", where).forEach((canvas) => {
    if (live.has(canvas) || canvas.closest("details:not([open])")) return;
    live.add(canvas);
    map(canvas);
  });

  // What many submissions share stands once at the end, and is listed where one is opened: what
  // is missing at once, the rest when it is unfolded.
  const numbers = (runs) => runs.textContent.split(/[、,]\s*/).flatMap((run) => {
    const [first, last = first] = run.split("–").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  const made = (name, ...children) => {
    const element = document.createElement(name);
    element.append(...children);
    return element;
  };
  const item = (letter, number) => {
    const shared = byId(letter + number);
    const copies = shared ? [...shared.childNodes].map((node) => node.cloneNode(true)) : [];
    return made("li", `${number}. `, ...copies);
  };
  const tell = (where) => all(".runs", where).forEach((runs) => {
    const letter = runs.dataset.of;
    const some = numbers(runs);
    const list = made("ul");
    list.className = letter === "q" ? "todo" : "plain";
    const fill = () => list.childElementCount || list.append(...some.map((n) => item(letter, n)));
    if (letter === "q") {
      fill();
      runs.parentElement.replaceWith(list);
      return;
    }
    const label = runs.parentElement.firstChild.textContent.replace(/[:：]\s*$/, "");
    const details = made("details", made("summary", label), list);
    details.addEventListener("toggle", fill);
    runs.parentElement.replaceWith(details);
  });
  const opened = (details) => { tell(details); draw(details); };
  const submissions = all("details.submission");
  submissions.forEach((details) => details.addEventListener("toggle", () => {
    if (details.open) opened(details);
  }));
  const follow = () => {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let d = target.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);

  // The overview: filter, open all, close all.
  all(".tools[hidden]").forEach((tools) => { tools.hidden = false; });
  byId("open")?.addEventListener("click", () => submissions.forEach((d) => { d.open = true; }));
  byId("close")?.addEventListener("click", () => submissions.forEach((d) => { d.open = false; }));
  byId("filter")?.addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    all("#overview tbody tr").forEach((row, i) => {
      const text = row.textContent.toLowerCase();
      const hide = !words.every((word) => text.includes(word));
      row.hidden = hide;
      if (submissions[i]) submissions[i].hidden = hide;
    });
  });

  // On paper everything of what is open stands open.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details.paper:not(.submission):not([open])").filter(
      (details) => !details.parentElement.closest("details.submission:not([open])"),
    );
    folded.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));

  draw(document);
  follow();
})();
