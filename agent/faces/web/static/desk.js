// Keyboard shortcuts and the conversation beside the plan. Every page works without this file.
"use strict";

(() => {
  const items = () => [...document.querySelectorAll("article.item, article.row")];
  const here = () => document.activeElement?.closest("article.item, article.row");
  const dialog = document.querySelector("dialog.keys");
  const store = "carewright-keys";
  let on = true;
  try { on = localStorage.getItem(store) !== "off"; } catch { /* no storage: shortcuts stay on */ }

  const go = (step) => {
    const all = items(), now = all.indexOf(here());
    const next = all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + step))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "center" });
  };
  const unfold = (selector, field) => {
    const details = here()?.querySelector(selector);
    if (!details) return;
    details.open = true;
    details.querySelector(field)?.focus();
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    a: () => here()?.querySelector("button.approve")?.focus(),
    e: () => unfold("details.act-edit", "input"),
    r: () => unfold("details.act-reject", "select"),
    w: () => { const why = here()?.querySelector("details.drawer"); if (why) why.open = !why.open; },
    c: () => document.getElementById("line")?.focus(),
    "?": () => dialog?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !dialog) return;
    const act = keys[event.key];
    if (!act || (!on && event.key !== "?")) return;
    event.preventDefault();
    act();
  });

  const opener = document.querySelector(".keys-open");
  if (opener && dialog) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
    const tick = dialog.querySelector(".keys-on");
    tick.checked = on;
    tick.addEventListener("change", () => {
      on = tick.checked;
      try { localStorage.setItem(store, on ? "on" : "off"); } catch { /* not kept */ }
    });
  }

  // What stays at the top may have several lines: nothing slides beneath it.
  const banner = document.querySelector(".patient");
  const measured = () => {
    const height = getComputedStyle(banner).position === "sticky" ? banner.offsetHeight : 0;
    document.documentElement.style.setProperty("--banner", `${height}px`);
  };
  if (banner) new ResizeObserver(measured).observe(banner);

  const log = document.querySelector(".chat .said");
  const form = document.querySelector(".chat .asking");
  const toEnd = () => { const last = log?.lastElementChild; if (last) log.scrollTop = last.offsetTop - log.offsetTop; };
  toEnd();
  // Each step while an answer is made stands below the conversation; what is given back is the answer, or nothing where it failed.
  const told = async (body) => {
    const step = log.parentElement.querySelector(".step"), reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "", turn = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
      const events = text.split("\n\n");
      text = events.pop();
      for (const one of events) {
        const lines = one.split("\n"), data = lines.filter((l) => l.startsWith("data: ")).map((l) => l.slice(6)).join("\n");
        if (lines[0] === "event: turn") turn = data;
        else step.textContent = data;
      }
    }
    step.textContent = "";
    return turn;
  };
  document.querySelector(".examples")?.addEventListener("submit", (event) => {
    if (!event.submitter || !form) return;
    event.preventDefault();
    form.querySelector("#line").value = event.submitter.value;
    form.requestSubmit();
  });
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form)), line = form.querySelector("#line");
    if (!body.get("line").trim()) return;
    line.disabled = true;
    log.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/event-stream" }, credentials: "same-origin" });
      const turn = answer.ok ? await told(answer.body) : "";
      if (!turn) { form.submit(); return; }
      log.insertAdjacentHTML("beforeend", turn);
      line.value = "";
      document.querySelector(".examples")?.remove();
      toEnd();
    } catch {
      line.disabled = false;
      form.submit();
      return;
    } finally {
      line.disabled = false;
      log.removeAttribute("aria-busy");
    }
    line.focus();
  });

  // A rejection without a reason is asked for it here, before the server would have to.
  document.querySelectorAll("form.decide").forEach((one) => one.addEventListener("submit", (event) => {
    const reason = one.querySelector("select[name=reject]");
    if (event.submitter?.value !== "reject" || !reason || reason.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    reason.setCustomValidity(reason.dataset.lacking);
    reason.reportValidity();
    reason.setCustomValidity("");
  }));
  document.querySelectorAll("form.decide, form.rest").forEach((one) => one.addEventListener("submit", () => {
    setTimeout(() => one.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
  }));
  window.addEventListener("pageshow", () => document.querySelectorAll("form button").forEach((button) => { button.disabled = false; }));
})();
