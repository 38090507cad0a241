import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch } from '../../src/config/file-watch.ts';

let directory = '';
let told = 0;
let watch = new FileWatch('', () => {});

/** A ConfigMap as the kubelet mounts it: the file is a link into ..data, which is a link that is replaced. */
function mount(version: string, text: string): void {
  mkdirSync(join(directory, `..${version}`));
  writeFileSync(join(directory, `..${version}`, 'tugwatch.yaml'), text);
  symlinkSync(`..${version}`, join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
}

async function look(times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) await watch.look();
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tugwatch-watch-'));
  mount('v1', 'port: 1\n');
  symlinkSync('..data/tugwatch.yaml', join(directory, 'tugwatch.yaml'));
  told = 0;
  watch = new FileWatch(join(directory, 'tugwatch.yaml'), () => {
    told += 1;
  });
});

afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));

describe('a watched file', () => {
  it('is told of once at the beginning, so that a change since it was first read is not lost', async () => {
    await look(5);
    expect(told).toBe(1);
  });

  it('is told of once when the ConfigMap behind it changes by the swap of a link', async () => {
    await look(2);
    mount('v2', 'port: 2\n');
    await look(5);
    expect(told).toBe(2);
  });

  it('is not told of while it still grows', async () => {
    await look(2);
    for (const text of ['p', 'po', 'port: 1', 'port: 12']) {
      writeFileSync(join(directory, '..data', 'tugwatch.yaml'), text);
      await look(1);
    }
    expect(told).toBe(1);
    await look(1);
    expect(told).toBe(2);
  });

  it('is told of when it goes and when it comes back', async () => {
    await look(2);
    rmSync(join(directory, 'tugwatch.yaml'));
    await look(3);
    expect(told).toBe(2);
    symlinkSync('..data/tugwatch.yaml', join(directory, 'tugwatch.yaml'));
    await look(3);
    expect(told).toBe(3);
  });

  it('is told of in its last state, however often it changed between two looks', async () => {
    await look(2);
    for (const version of ['v2', 'v3', 'v4']) mount(version, `port: ${version}\n`);
    await look(4);
    expect(told).toBe(2);
  });
});
