/**
 * The script of the page: copy buttons, and updates in place. The page is whole without it. It takes over only what the
 * server has rendered (and escaped), piece by piece, so that what somebody has unfolded, focused or selected stays.
 */
export const SCRIPT = `'use strict';
(() => {
  const live = document.getElementById('live');
  const announce = document.getElementById('announce');
  const sources = new WeakMap();
  let digest = document.body.dataset.digest;
  let lastContact = Date.now();
  let busy = false;

  const pieces = (main) => [...main.querySelectorAll('[data-key]')];

  function prepare(piece) {
    sources.set(piece, piece.outerHTML);
    for (const button of piece.querySelectorAll('button[data-copies]')) button.hidden = false;
  }

  function selecting() {
    const selection = getSelection();
    return selection && !selection.isCollapsed && document.querySelector('main').contains(selection.anchorNode);
  }

  function takeOver(old, fresh) {
    const source = fresh.outerHTML;
    if (sources.get(old) === source) return;
    for (const details of old.querySelectorAll('details[id]')) {
      const same = fresh.querySelector('#' + CSS.escape(details.id));
      if (same) same.open = details.open;
    }
    const scrolled = [...old.querySelectorAll('pre[id]')].filter((pre) => pre.scrollTop > 0).map((pre) => [pre.id, pre.scrollTop]);
    const focused = old.contains(document.activeElement) ? document.activeElement.id : '';
    old.replaceWith(fresh);
    prepare(fresh);
    sources.set(fresh, source);
    for (const [id, top] of scrolled) {
      const pre = document.getElementById(id);
      if (pre) pre.scrollTop = top;
    }
    const again = focused === '' ? null : document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
  }

  function merge(next) {
    const main = document.querySelector('main');
    const nextMain = next.querySelector('main');
    const current = new Map(pieces(main).map((piece) => [piece.dataset.key, piece]));
    const fresh = pieces(nextMain);
    const keys = fresh.map((piece) => piece.dataset.key);
    for (const [key, piece] of current) if (!keys.includes(key)) piece.remove();
    let before = null;
    for (const piece of fresh) {
      const old = current.get(piece.dataset.key);
      if (old) {
        takeOver(old, piece);
      } else {
        if (before) before.after(piece);
        else main.prepend(piece);
        prepare(piece);
      }
      const placed = main.querySelector('[data-key="' + CSS.escape(piece.dataset.key) + '"]');
      if (before && before.nextElementSibling !== placed) before.after(placed);
      before = placed;
    }
    const header = document.querySelector('header');
    const nextHeader = next.querySelector('header');
    header.className = nextHeader.className;
    const title = nextHeader.querySelector('h1').textContent;
    if (header.querySelector('h1').textContent !== title) {
      header.querySelector('h1').textContent = title;
      announce.textContent = title;
    }
    live.replaceChildren(...next.getElementById('live').childNodes);
    document.title = next.title;
    digest = next.body.dataset.digest;
  }

  function heard() {
    lastContact = Date.now();
    document.body.classList.remove('stale');
  }

  function lost() {
    if (Date.now() - lastContact < 10000) return;
    document.body.classList.add('stale');
    const text = 'No answer since ' + new Date(lastContact).toISOString().slice(11, 19) + ' UTC: this page is old';
    if (live.textContent !== text) live.textContent = announce.textContent = text;
  }

  async function refresh() {
    if (busy || selecting()) return;
    busy = true;
    try {
      const answer = await fetch(location.pathname, { cache: 'no-store', headers: { accept: 'text/html' }, signal: AbortSignal.timeout(8000) });
      if (!answer.ok && answer.status !== 404) throw new Error('status ' + answer.status);
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!next.querySelector('main') || selecting()) return;
      merge(next);
      heard();
    } catch {
      lost();
    } finally {
      busy = false;
    }
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copies);
    let done = true;
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      // Without HTTPS there is no clipboard to write to; a selection can still be copied.
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      done = document.execCommand('copy');
      if (done) getSelection().removeAllRanges();
    }
    const id = button.id;
    button.textContent = done ? 'Copied' : 'Selected: copy it with the keyboard';
    announce.textContent = button.textContent;
    setTimeout(() => {
      const same = document.getElementById(id);
      if (same) same.textContent = 'Copy';
    }, 2000);
  }

  for (const piece of pieces(document)) prepare(piece);
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-copies]');
    if (button) copy(button);
  });

  const events = new EventSource(document.body.dataset.root + 'events');
  events.addEventListener('message', (event) => {
    if (event.data !== digest) refresh();
  });
  events.addEventListener('error', lost);
  // Ages go on without anything happening, and a proxy may swallow the stream.
  setInterval(refresh, 10000);
})();
`;
