/** The controls of a question: the answer that they make, and putting back what stood in them. */

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

const CHOICES = new Set(["SINGLE", "MULTIPLE", "TRUE_FALSE"]);

/**
 * As the server takes it; null for no answer, undefined for what is not whole yet.
 *
 * @param {HTMLElement} question
 * @returns {any}
 */
export function responseOf(question) {
  const { type = "", name = "" } = question.dataset;
  const controls = controlsOf(question);
  const first = controls.find((each) => each.name === name);
  if (CHOICES.has(type)) {
    const chosen = controls.filter((each) => each.name === name && isChecked(each));
    return chosen.length ? chosen.map((each) => Number(each.value)) : null;
  }
  if (type === "FILE_UPLOAD") {
    const files = controls.filter((each) => each.name === name && (each.type === "hidden" || isChecked(each)));
    return files.length ? files.map((each) => each.value) : null;
  }
  if (type === "MATCHING" || type === "FILL_BLANKS") return partsOf(controls, name);
  if (type === "ORDERING") return orderOf(controls, name);
  if (type === "NUMERIC") {
    const unit = controls.find((each) => each.name === `${name}-unit`)?.value ?? "";
    return `${first?.value ?? ""} ${unit}`.trim() || null;
  }
  const said = first?.value ?? "";
  if (type === "CODE" && said.trim() === starterOf(question)) return null;
  return said.trim() ? said : null;
}

/**
 * Whether something was entered since the page came from the server.
 *
 * @param {HTMLElement} question
 */
export function isTouched(question) {
  return controlsOf(question).some((each) => {
    if (each instanceof HTMLSelectElement) {
      const given = [...each.options].findIndex((option) => option.defaultSelected);
      return each.selectedIndex !== Math.max(0, given);
    }
    if (each instanceof HTMLInputElement && isTicked(each)) return each.checked !== each.defaultChecked;
    return each.value !== each.defaultValue;
  });
}

/**
 * What stands in the controls, as pairs of a name and a value.
 *
 * @param {HTMLElement} question
 * @returns {[string, string][]}
 */
export function fieldsOf(question) {
  return controlsOf(question)
    .filter((each) => !isTicked(each) || isChecked(each))
    .map((each) => [each.name, each.value]);
}

/**
 * @param {HTMLElement} question
 * @param {[string, string][]} fields
 */
export function putBack(question, fields) {
  const values = new Map(fields);
  const chosen = new Set(fields.map(([name, value]) => `${name}=${value}`));
  for (const each of controlsOf(question)) {
    if (each instanceof HTMLInputElement && isTicked(each)) {
      each.checked = chosen.has(`${each.name}=${each.value}`);
    } else {
      each.value = values.get(each.name) ?? each.value;
    }
  }
}

/**
 * @param {HTMLElement} question
 * @returns {Control[]}
 */
function controlsOf(question) {
  const name = question.dataset.name ?? "";
  const found = /** @type {NodeListOf<Control>} */ (question.querySelectorAll("input, textarea, select"));
  return [...found].filter(
    (each) =>
      (each.name === name || each.name.startsWith(`${name}-`)) &&
      each.type !== "file" &&
      each.name !== `${name}-revision`,
  );
}

/**
 * @param {Control[]} controls
 * @param {string} name
 */
function partsOf(controls, name) {
  const said = controls.filter((each) => each.value.trim());
  if (!said.length) return null;
  return Object.fromEntries(said.map((each) => [each.name.slice(name.length + 1), each.value]));
}

/**
 * @param {Control[]} controls
 * @param {string} name
 */
function orderOf(controls, name) {
  const placed = controls.filter((each) => each.value);
  if (!placed.length) return null;
  const places = new Set(placed.map((each) => each.value));
  if (places.size < controls.length) return undefined;
  return placed
    .sort((one, other) => Number(one.value) - Number(other.value))
    .map((each) => Number(each.name.slice(name.length + 1)));
}

/** @param {Control} control */
function isTicked(control) {
  return control.type === "checkbox" || control.type === "radio";
}

/** @param {Control} control */
function isChecked(control) {
  return control instanceof HTMLInputElement && control.checked;
}

/** @param {HTMLElement} question */
function starterOf(question) {
  const field = /** @type {HTMLElement | null} */ (question.querySelector("code-field"));
  return field?.dataset.starter?.trim() ?? "";
}
