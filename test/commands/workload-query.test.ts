import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { queryOf } from '../../src/commands/workload-query.ts';

const folder = mkdtempSync(join(tmpdir(), 'tugwatch-query-'));
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

function kubeconfig(namespace?: string): string {
  const file = join(folder, `${namespace ?? 'none'}.yaml`);
  const context = { cluster: 'c', user: 'u', ...(namespace === undefined ? {} : { namespace }) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
    users: [{ name: 'u', user: {} }],
    contexts: [
      { name: 'here', context },
      { name: 'there', context: { cluster: 'c', user: 'u', namespace: 'far' } },
    ],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const shop = { kubeconfig: kubeconfig('shop') };

describe('a workload in the words of kubectl', () => {
  it.each([
    ['KIND/NAME', ['deploy/web'], { kind: 'deploy', name: 'web' }],
    ['KIND NAME', ['deploy', 'web'], { kind: 'deploy', name: 'web' }],
    ['NAME', ['web'], { name: 'web' }],
  ])('%s is looked for where the context points', async (_, words, expected) => {
    expect(await queryOf(words, shop, {}, 'kubectl')).toEqual({ namespace: 'shop', ...expected });
  });

  it('-n comes first, --context chooses another, and a context without one means default', async () => {
    const of = (flags: object) => queryOf(['web'], flags, {}, 'kubectl').then(({ namespace }) => namespace);
    expect(await of({ ...shop, namespace: 'elsewhere' })).toBe('elsewhere');
    expect(await of({ ...shop, context: 'there' })).toBe('far');
    expect(await of({ kubeconfig: kubeconfig() })).toBe('default');
  });

  it.each([[['deploy/web/x']], [['deploy', 'web', 'x']], [['deploy/', 'web']], [['/web']], [['']], [['deploy/']]])(
    '%j names none, and one sentence says what does',
    async (words) => {
      await expect(queryOf(words, shop, {}, 'kubectl')).rejects.toThrow(/names no workload: use KIND\/NAME, KIND NAME/);
    },
  );
});

describe('a workload in the words of tugwatch', () => {
  it('NAMESPACE/NAME needs no kubeconfig, whatever the namespace is called', async () => {
    expect(await queryOf(['deploy/web'], {}, {}, 'tugwatch')).toEqual({ namespace: 'deploy', name: 'web' });
  });

  it('with -n it is KIND/NAME', async () => {
    const query = await queryOf(['cm/flags'], { namespace: 'shop' }, {}, 'tugwatch');
    expect(query).toEqual({ namespace: 'shop', kind: 'cm', name: 'flags' });
  });

  it('a name alone names none', async () => {
    await expect(queryOf(['web'], {}, {}, 'tugwatch')).rejects.toThrow('web names no workload: use NAMESPACE/NAME');
  });
});
