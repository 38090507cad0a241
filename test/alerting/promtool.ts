/** The real promtool, of Debian's package prometheus. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Outcome {
  /** 0: it is content. 'ENOENT': it is not there. */
  readonly code: number | string;
  readonly output: string;
}

export function promtool(...args: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile('promtool', args, { maxBuffer: 64e6 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : (error.code ?? 'killed'), output: `${stdout}${stderr}` });
    });
  });
}

/** Why promtool cannot be asked; null when it can. */
export async function whyNoPromtool(): Promise<string | null> {
  const { code } = await promtool('--version');
  return code === 'ENOENT'
    ? 'promtool is not on the PATH: install the Debian package prometheus to test the alerts'
    : null;
}

/** Runs a test that lies beside its rules for as long as it runs. JSON is YAML. */
export async function testRules(rules: object, test: object): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'tugwatch-rules-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), JSON.stringify(rules));
    await writeFile(join(folder, 'test.yaml'), JSON.stringify(test));
    return await promtool('test', 'rules', join(folder, 'test.yaml'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
