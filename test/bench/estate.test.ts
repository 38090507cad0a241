/** The estate that the bench serves: made on demand, it must be the very objects that it names. */
import { describe, expect, it } from 'vitest';
import { Estate, PATHS } from '../../scripts/bench/estate.ts';
import { EstateObjects } from '../../scripts/bench/estate-objects.ts';

const estate = new Estate({ workloads: 150, largeEvery: 100 });
const objects = new EstateObjects(estate);

describe('an estate that is served', () => {
  it.each(Object.values(PATHS))('has in pages and in streams of %s the objects that it names', (path) => {
    const kind = objects.kinds.get(path);
    if (kind === undefined) throw new Error(`there are no ${path}`);
    const items = Array.from({ length: kind.count }, (_, index) => JSON.parse(kind.item(index)) as object);
    const middle = kind.count >> 1;
    const pages = [objects.page(kind, 0, middle), objects.page(kind, middle, kind.count)];
    expect(pages.flatMap((page) => JSON.parse(`[${page}]`) as object[])).toEqual(items);
    const lines = Buffer.concat([...objects.lines(kind)])
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: object });
    const { apiVersion, kind: name } = kind;
    expect(lines).toEqual(items.map((item) => ({ type: 'ADDED', object: { apiVersion, kind: name, ...item } })));
  });

  it('shows one object as what was played has left it, and what came after a version', () => {
    const [name = ''] = estate.tugWorkloads();
    const before = JSON.parse(objects.named(PATHS.deployments, name) ?? '{}') as { metadata: { name: string } };
    expect(before.metadata.name).toBe(name);
    const steps = estate.tug.filter(({ path }) => path === PATHS.deployments);
    for (const [index, { path, text }] of steps.entries()) objects.wrote(path, name, index, text(name, index));
    const last = steps.length - 1;
    expect(objects.named(PATHS.deployments, name)).toContain(`"resourceVersion":"${last}"`);
    expect(objects.since(PATHS.deployments, name, last - 2)).toHaveLength(2);
    expect(objects.named(PATHS.deployments, 'app-99999')).toBeNull();
  });
});
