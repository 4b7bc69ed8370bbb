// What every page of the script needs: its words, calls to the server, elements.

export const page = document.querySelector("[data-page]");
export const words = JSON.parse(page.dataset.words);

const tokenOf = (within) => within.querySelector("meta[name=csrf]")?.content ?? "";
let token = tokenOf(document);

/** Status 0 stands for no answer at all; then nothing is known about what became of the call. */
export const call = async (path, body, { keepalive = false } = {}) => {
  try {
    let answer = await send(path, body, keepalive);
    if (answer.status === 403 && !keepalive && (await renewToken())) answer = await send(path, body, keepalive);
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: answer.status, told: isJson ? await answer.json() : {} };
  } catch {
    return { status: 0, told: {} };
  }
};

const send = (path, body, keepalive) =>
  fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": token },
    body: JSON.stringify(body),
    credentials: "same-origin",
    keepalive,
  });

/** Who has signed in anew in another tab goes on here with what they typed. */
const renewToken = async () => {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const fresh = tokenOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  const isFresh = fresh !== "" && fresh !== token;
  if (isFresh) token = fresh;
  return isFresh;
};

/** A picture, decoded and ready to be drawn; null where there is none. */
export const loadPicture = async (address) => {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    return answer.ok ? await createImageBitmap(await answer.blob()) : null;
  } catch {
    return null;
  }
};

export const find = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

/** An element: `text` and `class` by name, all else as attributes. Text is never taken for markup. */
export const make = (tag, { text, class: classes, ...attributes } = {}, ...children) => {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

export const makeSvg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** The picture on a canvas of its own size; the style sheet says how large it is shown. */
export const drawn = (picture, label) => {
  const canvas = make("canvas", { role: "img", "aria-label": label });
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas;
};
