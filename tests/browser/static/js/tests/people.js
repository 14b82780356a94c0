/** Shows people as they come, and how the page hears of them. */

import { listAt } from "../live/fetching.js";
import { subscribe, watch } from "../live/page.js";

const list = document.querySelector("#people");
const state = document.querySelector("#state");

watch((current) => {
  state.textContent = current;
});
subscribe("people", {
  fetch: listAt("/tests/people/list/"),
  onItems(people) {
    for (const { email } of people) list.append(Object.assign(document.createElement("li"), { textContent: email }));
  },
});
