#!/usr/bin/env node
// The same program under the name that kubectl looks for: what it is called as, it tells from process.argv.
await import(new URL('tugwatch.js', import.meta.url).href);
