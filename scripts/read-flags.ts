/** The command line of a script; a flag that it does not have ends it with code 2 and one sentence. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export function readFlags<T extends ParseArgsConfig>(script: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (!(error instanceof Error) || !String(code).startsWith('ERR_PARSE_ARGS_')) throw error;
    // What follows the first sentence is advice for whoever calls parseArgs.
    const [said] = error.message.split(/\. |\n/);
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    process.stderr.write(`${script}: ${said}; it takes ${known.join(', ')}.\n`);
    process.exit(2);
  }
}
