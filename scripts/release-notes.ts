/**
 * `npm run release:notes -- VERSION`: what CHANGELOG.md says of one version, which is what the release says. It ends with
 * 1 when there is nothing, or when something still stands under Unreleased: it would be in the release, and not in its
 * notes.
 */
import { readFileSync } from 'node:fs';
import { notesOf } from './release/changelog.ts';

const version = process.argv[2] ?? '';
try {
  console.log(notesOf(readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8'), version));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
