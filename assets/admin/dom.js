export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Make an element; properties where it has them, attributes else. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Call *act(element, event)* for each event of a kind inside an element that fits. */
export function on(kind, selector, act) {
  document.addEventListener(kind, (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  });
}

/** Read a JSON block of the page; null if the page has none. */
export function readJson(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}

const words = readJson('words') ?? {};

/** The page's own words, translated by the server; `{name}` is filled in from *values*. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** Send a form as its button would; Safari knows `requestSubmit` only from 16 on. */
export function submit(form, submitter) {
  if (form.requestSubmit) {
    form.requestSubmit(submitter);
    return;
  }
  const button = submitter ?? make('button', { hidden: true });
  if (!submitter) form.append(button);
  button.click();
  if (!submitter) button.remove();
}

/** Tell whether a key press belongs to a text being typed, an input method's included. */
export function isTyping(event) {
  const place = event.target;
  return event.isComposing || event.keyCode === 229 || place.isContentEditable
    || (/^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName) && !/^(checkbox|radio|button|submit)$/.test(place.type));
}
