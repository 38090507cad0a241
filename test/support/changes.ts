/** A tape for whoever takes changes and neither lenses nor ends. */
import { project } from '../../src/kubernetes/projections/project.ts';
import type { Change } from '../../src/model/facts.ts';
import type { Scene } from './stage.ts';

/** What a tape tells, as changes: versions that were seen, and lists that were complete. */
export function changesOf(tape: readonly Scene[]): Change[] {
  return tape.flatMap((scene): Change[] => {
    if (scene.type === 'synced') return [scene];
    if (scene.type !== 'seen') return [];
    const { at, origin, raw } = scene;
    const fact = project(raw, { apiVersion: String(raw['apiVersion']), resource: '' });
    return fact === null ? [] : [{ type: 'upsert', at, origin, fact }];
  });
}
