"use strict";
// Reads the rows the page carries and shows those the address asks for:
// #status=failed&code=MAIL_AUTH&host=imap.example.org&q=words&sort=-row. A control only
// changes the address; what is shown follows from the address alone.
(() => {
  const byId = (id) => document.getElementById(id);
  const about = JSON.parse(byId("about").textContent);
  const words = about.words;
  const column = Object.fromEntries(about.columns.map((name, i) => [name, i]));
  const numbers = ["row", "mailbox_id", "attempts", "started_at", "duration_ms"];
  const details = ["hint", "owner", "side", "mailbox_id", "attempts", "filled", "evidence", "run"];
  const statuses = new Map(about.statuses.map((s, i) => [s.status, { ...s, order: i }]));
  const collator = new Intl.Collator(about.lang, { numeric: true });

  const texts = [""];
  const rows = [];
  for (const part of document.querySelectorAll("script.rows")) {
    const read = JSON.parse(part.textContent);
    for (const text of read.texts) texts.push(text);
    for (const row of read.rows) rows.push(row);
    part.remove();
  }

  // value returns a cell as it is shown.
  function value(row, name) {
    const cell = row[column[name]];
    if (!numbers.includes(name)) return texts[cell];
    if (name === "row" || cell === 0) return cell ? String(cell) : "";
    if (name === "started_at") return new Date(cell * 1000).toISOString().slice(0, 19).replace("T", " ");
    if (name === "duration_ms") return (cell / 1000).toLocaleString(about.lang, { maximumFractionDigits: 1 }) + " " + words.seconds;
    return String(cell);
  }

  const fold = (text) => text.toLowerCase().replaceAll("ё", "е");
  let folded; // the texts as they are searched

  // finder returns whether a row has each of the words in a cell.
  function finder(query) {
    folded ??= texts.map((text) => fold(statuses.has(text) ? text + " " + statuses.get(text).text : text));
    const sought = fold(query).split(/\s+/).filter((word) => word);
    const found = sought.map((word) => folded.map((text) => text.includes(word)));
    const inTexts = about.columns.filter((name) => !numbers.includes(name)).map((name) => column[name]);
    return (row) => sought.every((word, w) =>
      String(row[column.row]) === word || String(row[column.mailbox_id]) === word || inTexts.some((i) => found[w][row[i]]));
  }

  // sorted puts rows in the order of a column. Equal ones stay as in the file.
  function sorted(list, sort) {
    const name = sort.replace(/^-/, "");
    if (!(name in column)) return list;
    const i = column[name];
    const sign = sort.startsWith("-") ? -1 : 1;
    let rank = (cell) => cell;
    if (!numbers.includes(name)) {
      const order = name === "status"
        ? (a, b) => (statuses.get(texts[a])?.order ?? 0) - (statuses.get(texts[b])?.order ?? 0)
        : (a, b) => collator.compare(texts[a], texts[b]);
      const ranks = new Map([...new Set(list.map((row) => row[i]))].sort(order).map((cell, r) => [cell, r]));
      rank = (cell) => ranks.get(cell);
    }
    return list.slice().sort((a, b) => sign * (rank(a[i]) - rank(b[i])));
  }

  const form = byId("filter");
  const body = document.querySelector("table.rows tbody");
  const picked = ["status", "code", "side", "host"]; // those with a list to pick from
  const params = () => new URLSearchParams(location.hash.slice(1));
  let shown = [];
  let drawn = 0;
  const end = byId("end");
  const eye = new IntersectionObserver((seen) => {
    if (seen.some((s) => s.isIntersecting) && drawn < shown.length) draw(100);
  }, { rootMargin: "800px" });

  // go changes the address. It never ends with a bare #, which would scroll to the top.
  function go(change) {
    const to = params();
    to.delete("all");
    for (const [name, text] of Object.entries(change)) {
      if (text === null) to.delete(name);
      else to.set(name, text);
    }
    location.replace("#" + (String(to) || "all"));
  }

  // apply shows what the address asks for.
  function apply() {
    const asked = params();
    const wanted = picked.filter((name) => asked.has(name)).map((name) => [column[name], asked.get(name)]);
    const query = asked.get("q") ?? "";
    const finds = query.trim() ? finder(query) : () => true;
    const sort = asked.get("sort") ?? "";
    shown = sorted(rows.filter((row) => wanted.every(([i, text]) => texts[row[i]] === text) && finds(row)), sort);

    for (const name of picked) {
      const select = form.elements[name];
      const option = asked.has(name) ? "=" + asked.get(name) : "";
      if (![...select.options].some((o) => o.value === option)) select.add(new Option(asked.get(name), option));
      select.value = option;
    }
    if (document.activeElement !== form.elements.q) form.elements.q.value = query;
    for (const button of document.querySelectorAll("[data-column]")) {
      const name = button.dataset.column;
      const way = sort === name ? "ascending" : sort === "-" + name ? "descending" : "none";
      button.closest("th").setAttribute("aria-sort", way);
    }
    byId("shown").textContent = words.shown.replace("{shown}", shown.length).replace("{all}", rows.length)
      + (shown.length ? "" : " " + words.none);
    body.replaceChildren();
    drawn = 0;
    draw(100);
  }

  function element(name, text, className) {
    const e = document.createElement(name);
    if (text) e.textContent = text;
    if (className) e.className = className;
    return e;
  }

  // drawRow makes the line of a row.
  function drawRow(row) {
    const line = element("tr");
    const number = element("td", "", "row");
    const open = element("button", value(row, "row") || "–");
    open.type = "button";
    open.setAttribute("aria-expanded", "false");
    open.setAttribute("aria-label", words.details.replace("{row}", value(row, "row")));
    open.addEventListener("click", () => expand(line, open, row));
    number.append(open);
    const name = element("td", value(row, "name"), "name");
    const owner = value(row, "owner");
    if (owner && owner !== value(row, "email")) name.append(" ", element("small", owner));
    const status = statuses.get(value(row, "status"));
    const pill = element("span", status.text + " ", "status " + status.tone);
    if (status.text !== status.status) pill.append(element("small", status.status));
    const state = element("td", "", "status");
    state.append(pill);
    const message = element("td", value(row, "message"), "message");
    if (value(row, "code")) message.append(" ", element("code", value(row, "code")));
    line.append(number, name, element("td", value(row, "email"), "email"), state, element("td", value(row, "host"), "host"), message,
      element("td", value(row, "started_at"), "started_at"), element("td", value(row, "duration_ms"), "duration_ms"));
    return line;
  }

  // expand shows or hides what else there is to know of a row.
  function expand(line, button, row) {
    const is = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!is));
    if (is) return line.nextElementSibling.remove();
    const facts = element("dl", "", "facts");
    for (const name of details) {
      if (!value(row, name)) continue;
      const fact = element("div");
      fact.append(element("dt", words[name]), element("dd", value(row, name)));
      facts.append(fact);
    }
    const cell = element("td");
    cell.colSpan = line.cells.length;
    cell.append(facts);
    const more = element("tr", "", "details");
    more.append(cell);
    line.after(more);
  }

  // draw adds the next rows to the table.
  function draw(count) {
    const part = document.createDocumentFragment();
    for (const row of shown.slice(drawn, drawn + count)) part.append(drawRow(row));
    drawn = Math.min(shown.length, drawn + count);
    body.append(part);
    eye.unobserve(end); // looks anew whether the end is in view
    eye.observe(end);
  }

  for (const name of picked) {
    const values = [...new Set(rows.map((row) => row[column[name]]))].map((i) => texts[i]);
    values.sort(name === "status" ? (a, b) => statuses.get(a).order - statuses.get(b).order : collator.compare);
    for (const text of values) {
      const told = name === "status" ? statuses.get(text).text : name === "side" && text ? words["side." + text] : text;
      form.elements[name].add(new Option(told === text ? text || "–" : told + " – " + text, "=" + text));
    }
    form.elements[name].addEventListener("change", (e) => go({ [name]: e.target.value ? e.target.value.slice(1) : null }));
  }
  let typing;
  form.elements.q.addEventListener("input", (e) => {
    clearTimeout(typing);
    typing = setTimeout(() => go({ q: e.target.value.trim() || null }), 150);
  });
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("reset", (e) => {
    e.preventDefault();
    form.elements.q.value = "";
    location.replace("#all");
  });
  for (const button of document.querySelectorAll("[data-column]")) {
    button.addEventListener("click", () => {
      const name = button.dataset.column;
      const now = params().get("sort");
      go({ sort: now === name ? "-" + name : now === "-" + name ? null : name });
    });
  }
  // A link to rows leads to the rows.
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener("click", () => setTimeout(() => {
      byId("rows").scrollIntoView();
      byId("rows").focus({ preventScroll: true });
    }));
  }
  window.addEventListener("hashchange", apply);

  const mostPrinted = 5000;
  window.addEventListener("beforeprint", () => {
    draw(Math.max(0, Math.min(shown.length, mostPrinted) - drawn));
    byId("printed").hidden = drawn === shown.length;
    byId("printed").textContent = words.printed.replace("{drawn}", drawn).replace("{shown}", shown.length);
  });
  window.addEventListener("afterprint", () => { byId("printed").hidden = true; });

  form.hidden = false;
  byId("view").hidden = false;
  apply();
  if (location.hash.length > 1 && location.hash !== "#all") byId("rows").scrollIntoView();
})();
