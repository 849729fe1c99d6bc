// Warn on the page before the workspace ends: a day, an hour and five minutes before it.
//
// The words are the gateway's; what is shown is text, and a warning that was put away comes back at
// the next step only.
(() => {
  "use strict";
  const LOOK_MS = 20000;
  const COLOURS = { day: "#1d4f6e", hour: "#8a5a00", minutes: "#a11212", over: "#a11212" };
  const meter = new URL("api/spe/meter", new URL(document.currentScript.src + "/../../")).href;
  let putAway = "";

  function bar() {
    let found = document.getElementById("spe-banner");
    if (found) return found;
    found = document.createElement("div");
    found.id = "spe-banner";
    found.setAttribute("role", "alert");
    Object.assign(found.style, {
      position: "fixed", left: "0", right: "0", bottom: "0", zIndex: "100000",
      padding: "8px 16px", color: "#fff", font: "15px/1.4 system-ui, sans-serif",
      display: "flex", gap: "16px", justifyContent: "center",
    });
    const text = document.createElement("span");
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Put away";
    close.addEventListener("click", () => {
      putAway = found.dataset.level;
      found.remove();
    });
    found.append(text, close);
    document.body.append(found);
    return found;
  }

  function show(warning) {
    if (!warning || warning.level === putAway) {
      const old = document.getElementById("spe-banner");
      if (old) old.remove();
      return;
    }
    const found = bar();
    found.dataset.level = warning.level;
    found.style.background = COLOURS[warning.level] || COLOURS.minutes;
    found.firstChild.textContent = warning.text;
  }

  async function look() {
    try {
      const answer = await fetch(meter, { cache: "no-store" });
      const said = await answer.json();
      if (answer.ok) show(said.warning);
      else if (said.code === "gateway-route-closed") show({ level: "over", text: said.message });
    } catch (error) {
      // The next look tries again; a page that cannot ask has lost its connection and says so itself.
    }
  }

  addEventListener("load", look);
  setInterval(look, LOOK_MS);
})();
