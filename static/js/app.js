/** Starts what a page has on it, and what htmx brings later. Pages load no more than they use. */

import { start as startDialogs } from "./components/dialogs.js";
import { start as startForms } from "./components/forms.js";
import { start as startShortcuts } from "./components/shortcuts.js";
import { start as startToasts } from "./components/toasts.js";

/** @type {Record<string, () => Promise<unknown>>} */
const ELEMENTS = {
  "character-count": () => import("./components/character-count.js"),
  "chart-drawing": () => import("./components/chart-drawing.js"),
  "code-field": () => import("./components/code-field.js"),
  "copy-text": () => import("./components/copy-text.js"),
  "draft-keys": () => import("./components/draft-keys.js"),
  "file-drop": () => import("./components/file-drop.js"),
  "job-progress": () => import("./components/job-progress.js"),
  "keep-draft": () => import("./components/keep-draft.js"),
  "key-shortcuts": () => import("./components/key-shortcuts.js"),
  "live-part": () => import("./components/live-part.js"),
  "markdown-field": () => import("./components/markdown-field.js"),
  "menu-button": () => import("./components/menu-button.js"),
  "order-list": () => import("./components/order-list.js"),
  "pass-key": () => import("./components/pass-key.js"),
  "password-reveal": () => import("./components/password-reveal.js"),
  "phrase-box": () => import("./components/phrase-box.js"),
  "picture-adder": () => import("./components/picture-adder.js"),
  "points-choice": () => import("./components/points-choice.js"),
  "question-order": () => import("./components/question-order.js"),
  "queue-keys": () => import("./components/queue-keys.js"),
  "quiz-attempt": () => import("./components/quiz-attempt.js"),
  "review-presence": () => import("./components/review-presence.js"),
  "row-list": () => import("./components/row-list.js"),
  "rubric-total": () => import("./components/rubric-total.js"),
  "save-text": () => import("./components/save-text.js"),
  "tab-panels": () => import("./components/tab-panels.js"),
  "step-list": () => import("./components/step-list.js"),
  "table-select": () => import("./components/table-select.js"),
  "theme-switch": () => import("./components/theme-switch.js"),
  "time-zone-guess": () => import("./components/time-zone-guess.js"),
  "tool-tip": () => import("./components/tool-tip.js"),
  "unsaved-words": () => import("./components/unsaved-words.js"),
  "word-count": () => import("./components/word-count.js"),
  "wait-button": () => import("./components/wait-button.js"),
};

startDialogs(document);
startForms(document);
startShortcuts(document);
startToasts(document);
loadElements(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) loadElements(event.target);
});

/** @param {ParentNode} root */
function loadElements(root) {
  for (const [name, load] of Object.entries(ELEMENTS)) {
    if (root.querySelector(name) || (root instanceof Element && root.matches(name))) load();
  }
}
