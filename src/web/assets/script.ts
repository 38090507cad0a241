/**
 * The script of the page: copy buttons, and updates in place. The page is whole without it. It takes over only what the
 * server has rendered (and escaped): element by element, so that focus, selection, scrolling and what somebody has
 * unfolded stay.
 */
export const SCRIPT = `'use strict';
(() => {
  const live = document.getElementById('live');
  const announce = document.getElementById('announce');
  const unfolded = new WeakMap();
  let digest = document.body.dataset.digest;
  let lastContact = Date.now();
  let busy = false;
  let behind = false;

  const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || '' : '');

  function prepare(root) {
    for (const button of root.querySelectorAll('button[data-copies]')) button.hidden = false;
    for (const details of root.querySelectorAll('details')) {
      if (!unfolded.has(details)) unfolded.set(details, details.open);
    }
  }

  // Makes the old element say what the fresh one says. What has not changed is not touched.
  function morph(old, fresh) {
    if (old.nodeType !== 1) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.matches('button[data-copies]')) {
      old.dataset.copies = fresh.dataset.copies;
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    if (old.matches('details') && unfolded.get(old) !== fresh.open) {
      // The server thinks differently of it than before; otherwise the reader decides.
      old.open = fresh.open;
      unfolded.set(old, fresh.open);
    }
    morphChildren(old, fresh);
  }

  function morphChildren(old, fresh) {
    const keyed = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
    const kept = new Set([...fresh.children].map(keyOf));
    let at = old.firstChild;
    const skipGone = () => {
      while (at && keyOf(at) && !kept.has(keyOf(at))) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
    };
    for (const child of [...fresh.childNodes]) {
      skipGone();
      const key = keyOf(child);
      const same = key ? keyed.get(key) : at && !keyOf(at) ? at : null;
      if (same && same.nodeName === child.nodeName) {
        if (same === at) at = at.nextSibling;
        else old.insertBefore(same, at);
        morph(same, child);
      } else {
        old.insertBefore(child, at);
      }
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  const statesOf = (root) =>
    new Map([...root.querySelectorAll('[data-conflict]')].map(({ dataset }) => [dataset.conflict, dataset]));

  // What became of which conflict, for those who cannot see it.
  function changesBetween(before, after) {
    const told = [];
    for (const [id, { state, name }] of after) if (before.get(id)?.state !== state) told.push(name + ': conflict ' + state);
    return told.length > 3 ? [...told.slice(0, 3), told.length - 3 + ' more changes'] : told;
  }

  // Something that stands still on the screen while what is above it grows or shrinks.
  function anchor(main) {
    if (scrollY < 8) return () => {};
    const edge = document.querySelector('header').getBoundingClientRect().bottom;
    const element = [...main.querySelectorAll('[id], [data-key]')].find((one) => one.getBoundingClientRect().top >= edge);
    if (!element) return () => {};
    const top = element.getBoundingClientRect().top;
    return () => {
      const moved = element.isConnected ? element.getBoundingClientRect().top - top : 0;
      if (moved !== 0) scrollBy({ top: moved, behavior: 'instant' });
    };
  }

  function takeOver(next) {
    const main = document.querySelector('main');
    const settle = anchor(main);
    const focused = document.activeElement;
    const before = Object.fromEntries([...statesOf(main)].map(([id, { state }]) => [id, { state }]));
    const header = document.querySelector('header');
    const title = next.querySelector('h1').textContent;
    const retitled = header.querySelector('h1').textContent !== title;
    morphChildren(main, next.querySelector('main'));
    prepare(main);
    header.className = next.querySelector('header').className;
    if (retitled) header.querySelector('h1').textContent = title;
    const told = changesBetween(new Map(Object.entries(before)), statesOf(main));
    if (retitled || told.length > 0) announce.textContent = [title, ...told].join('. ');
    live.replaceChildren(...next.getElementById('live').childNodes);
    document.title = next.title;
    digest = next.body.dataset.digest;
    if (document.activeElement !== focused && focused.isConnected) focused.focus({ preventScroll: true });
    settle();
  }

  function selecting() {
    const selection = getSelection();
    return selection && !selection.isCollapsed && document.querySelector('main').contains(selection.anchorNode);
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
    if (busy || selecting()) {
      behind = true;
      return;
    }
    busy = true;
    behind = false;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: 'no-store', headers: { accept: 'text/html' }, signal: AbortSignal.timeout(8000) });
      if (!answer.ok && answer.status !== 404) throw new Error('status ' + answer.status);
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      heard();
      if (selecting()) behind = true;
      else if (next.querySelector('main')) takeOver(next);
    } catch {
      lost();
    } finally {
      busy = false;
      catchUp();
    }
  }

  // What came while another answer was awaited, or while somebody selected.
  function catchUp() {
    if (behind && !busy && !selecting()) refresh();
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
    button.textContent = done ? 'Copied' : 'Selected: copy it with the keyboard';
    announce.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  }

  prepare(document);
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-copies]');
    if (button) copy(button);
  });

  document.addEventListener('selectionchange', catchUp);

  const events = new EventSource(document.body.dataset.root + 'events');
  events.addEventListener('message', (event) => {
    heard();
    if (event.data !== digest) refresh();
  });
  events.addEventListener('error', lost);
  // Ages go on without anything happening, and a proxy may swallow the stream.
  setInterval(refresh, 10000);
})();
`;
