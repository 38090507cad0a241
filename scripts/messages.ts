/** Writes the examples on docs/messages.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withMessageExamples } from './docs/message-examples.ts';

const page = new URL('../docs/messages.md', import.meta.url);
writeFileSync(page, withMessageExamples(readFileSync(page, 'utf8')));
