#!/usr/bin/env node
// Plain JavaScript that any Node parses, so that an old one gets a sentence instead of a syntax error.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 20)) {
  process.stderr.write(
    `tugwatch needs Node 22.20 or newer, and this is Node ${process.versions.node}: ` +
      `run it through npm (npm run tugwatch -- …), which brings its own Node, or install a newer one.\n`,
  );
  process.exit(2);
}
const bundle = new URL('../dist/tugwatch.js', import.meta.url);
const source = new URL('../src/main.ts', import.meta.url);
// A checkout runs its sources (Node strips the types); an installed package has the bundle only, which runs by itself.
if (existsSync(source)) {
  const { main } = await import(source.href);
  await main(process.argv);
} else await import(bundle.href);
