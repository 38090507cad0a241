/** The Dockerfile as instructions: 'COPY package.json .npmrc ./'. Continued lines are joined, comments left out. */
import { readFileSync } from 'node:fs';

export function readDockerfile(): string[] {
  return readFileSync('Dockerfile', 'utf8')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The arguments of each instruction of one name. */
export function argumentsOf(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
}

/** Paths that are copied from the build context, in order. */
export function copiedFromContext(lines: readonly string[]): string[] {
  return argumentsOf(lines, 'COPY')
    .filter((copy) => !copy.startsWith('--from'))
    .flatMap((copy) => copy.split(' ').slice(0, -1));
}
