/**
 * One theme for pages and admin. The admin's keeps its own in the browser's storage and reads it when
 * it starts, which is after this; what is chosen there goes back to our cookie on the way out.
 */

const KEY = "adminTheme";
const YEAR = 365 * 24 * 3600;

const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1] ?? "auto";
localStorage.setItem(KEY, JSON.stringify(chosen));

addEventListener("pagehide", () => {
  const now = JSON.parse(localStorage.getItem(KEY) ?? '"auto"');
  if (now === chosen) return;
  const theme = now === "auto" ? "system" : now;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
});
