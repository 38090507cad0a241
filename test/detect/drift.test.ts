/** What is OutOfSync and stays so, because nobody heals it: sorted as a person sorts it by hand. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Json } from '../../src/model/facts.ts';
import type { Notice } from '../../src/model/verdicts.ts';
import type { LiveObject, Path } from '../support/live-object.ts';
import { PATH_IMAGE, PATH_REPLICAS } from '../support/live-object.ts';
import { Story, type StoryOptions } from '../support/story.ts';
import type { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();
const KEY: Path = ['data', 'MODE'];
const OWNER: Path = ['metadata', 'annotations', 'example.com/owner'];

/** An Application that deploys by itself and heals nothing. */
function calm(options: StoryOptions = {}): Story {
  return new Story({ hpa: false, selfHeal: false, ...options });
}

/** Somebody writes, Argo CD sees the difference, and time passes. */
function written(story: Story, manager: string, path: Path, value: Json, object: LiveObject = story.workload): Story {
  story.stage.write(object, { manager }, [[path, value]]);
  story.app.show();
  return story.after(60);
}

function withFlags(story: Story): LiveObject {
  return story.object(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags', namespace: 'shop' }, data: {} },
    [[KEY, 'calm']],
  );
}

function drifts(watcher: Watcher): Notice[] {
  return watcher.detector.notices().filter(({ kind }) => kind === 'drift');
}

function sorted(story: Story): string[] {
  return drifts(story.watchedBy(jq)).map(({ category, workload }) => `${category} ${workload?.kind}`);
}

function message(story: Story): string {
  return drifts(story.watchedBy(jq))[0]?.message ?? '';
}

describe('what a person left behind', () => {
  it('a scale is one, with both numbers and the command that reverts it', () => {
    const story = written(calm(), 'kubectl', PATH_REPLICAS, 5);
    expect(sorted(story)).toEqual(['manual-scale Deployment']);
    expect(message(story)).toContain('stands at 5 replicas and Git says 3');
    expect(message(story)).toContain('argocd app sync web -N argocd --resource apps:Deployment:shop/web');
  });

  it('an image is one', () => {
    const story = written(calm(), 'kubectl-set', PATH_IMAGE, 'app:2');
    expect(sorted(story)).toEqual(['image-by-hand Deployment']);
    expect(message(story)).toContain('runs image app:2, Git says app:1');
  });

  it('a key of a ConfigMap is one, and its value is not told', () => {
    const story = calm();
    written(story, 'kubectl-edit', KEY, 'hectic-and-secret', withFlags(story));
    expect(sorted(story)).toEqual(['config-hotfix ConfigMap']);
    expect(message(story)).toContain('key MODE');
    expect(message(story)).not.toContain('hectic-and-secret');
  });

  it('a key that Git does not have is named beside one that it has', () => {
    const story = calm();
    const flags = withFlags(story);
    story.stage.write(flags, { manager: 'kubectl-edit' }, [[['data', 'EXTRA'], 'yes']]);
    written(story, 'kubectl-edit', KEY, 'hectic', flags);
    expect(message(story)).toContain('Key EXTRA was added beside Git');
    expect(message(story)).toContain(`[{"op":"remove","path":"/data/EXTRA"}]`);
  });

  it('an annotation is noise, with the pointer that ignores it', () => {
    const story = calm();
    story.app.commits(story.workload, OWNER, 'identity');
    story.app.deploys();
    written(story, 'kubectl-annotate', OWNER, 'platform');
    expect(sorted(story)).toEqual(['annotation-noise Deployment']);
    expect(message(story)).toContain('only in annotation example.com/owner');
    expect(message(story)).toContain('["/metadata/annotations/example.com~1owner"]');
  });

  it('two sorts on one object are two', () => {
    const story = calm();
    story.stage.write(story.workload, { manager: 'kubectl' }, [[PATH_REPLICAS, 5]]);
    written(story, 'kubectl-set', PATH_IMAGE, 'app:2');
    expect(sorted(story).sort()).toEqual(['image-by-hand Deployment', 'manual-scale Deployment']);
  });

  it('is told under server-side apply, where nothing shows what Git says', () => {
    const story = written(calm({ apply: 'server' }), 'kubectl-set', PATH_IMAGE, 'app:2');
    expect(sorted(story)).toEqual(['image-by-hand Deployment']);
    expect(message(story)).toContain('not what Git says');
  });

  it('is said once while it stays, and again when it comes back', () => {
    const story = written(calm(), 'kubectl', PATH_REPLICAS, 5);
    for (let i = 0; i < 4; i++) {
      story.app.show();
      story.after(1800);
    }
    expect(drifts(story.watchedBy(jq)).map(({ count }) => count)).toEqual([1]);
    story.personSyncs().after(60);
    written(story, 'kubectl', PATH_REPLICAS, 6);
    expect(drifts(story.watchedBy(jq)).map(({ count }) => count)).toEqual([2]);
  });
});

describe('what nobody did by hand', () => {
  it('a controller that writes what Git declares is named, with the rule that lets it', () => {
    const story = written(calm(), 'mesh-injector', PATH_IMAGE, 'app:1-sidecar');
    expect(sorted(story)).toEqual(['controller-edit Deployment']);
    expect(message(story)).toContain('managedFieldsManagers ["mesh-injector"]');
  });

  it('what the server makes of it is noise, and the server-side diff is the cure', () => {
    const story = calm();
    const flags = withFlags(story);
    // A webhook on the way: the request is Argo CD's, and so is the field.
    story.stage.write(flags, { manager: 'argocd-controller' }, [[KEY, 'CALM']]);
    story.app.show();
    story.after(60);
    expect(sorted(story)).toEqual(['server-noise ConfigMap']);
    expect(message(story)).toContain('makes something else of key MODE');
    expect(message(story)).toContain('argocd.argoproj.io/compare-options=ServerSideDiff=true');
  });

  it('says nothing of the server where a person deploys: Git may be ahead', () => {
    const story = calm({ automated: false });
    story.app.commits(story.workload, PATH_IMAGE, 'app:2');
    story.app.show();
    expect(sorted(story.after(60))).toEqual([]);
  });

  it('an autoscaler is no drift: the audit has the word for it', () => {
    const story = new Story({ selfHeal: false });
    story.hpaScales(6);
    story.app.show();
    expect(sorted(story.after(60))).toEqual([]);
  });
});

describe('what says nothing', () => {
  it('a deploy that passes through OutOfSync', () => {
    const story = calm();
    for (let i = 0; i < 4; i++) {
      story.app.commits(story.workload, PATH_IMAGE, `app:${i + 2}`);
      story.app.show();
      story.after(3);
      story.app.deploys();
      story.after(60);
    }
    expect(sorted(story)).toEqual([]);
  });

  it('an Application that heals itself: the heal is what is told', () => {
    const story = new Story({ hpa: false });
    story.personScales(7).argoHeals().after(120);
    expect(sorted(story)).toEqual([]);
    expect(story.watchedBy(jq).notice('manual-override-reverted')?.category).toBe('manual-scale');
  });

  it('a field that a rule hides', () => {
    const rules = [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }];
    const story = calm({ rules });
    story.stage.write(story.workload, { manager: 'kubectl' }, [[PATH_REPLICAS, 5]]);
    written(story, 'kubectl-set', PATH_IMAGE, 'app:2');
    expect(sorted(story)).toEqual(['image-by-hand Deployment']);
  });

  it('closes every lens that it opened', () => {
    const story = written(calm(), 'kubectl', PATH_REPLICAS, 5);
    const { lensRequests } = story.watchedBy(jq);
    expect(lensRequests.map(({ action }) => action)).toEqual(['open', 'close']);
  });

  it('an object that is not to be seen, three of which end the asking', () => {
    const story = calm();
    const ghosts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `/Service:shop/${name} OutOfSync`);
    const raw = story.app.raw();
    const status = raw['status'] as { [key: string]: Json };
    const resources = ghosts.map((name) => ({
      group: '',
      kind: 'Service',
      namespace: 'shop',
      name: name.slice(14, 15),
      status: 'OutOfSync',
    }));
    story.stage.show({ ...raw, status: { ...status, sync: { status: 'OutOfSync' }, resources } });
    story.after(600);
    const opened = story.watchedBy(jq).lensRequests.filter(({ action }) => action === 'open');
    expect(opened.length).toBe(5);
    expect(sorted(story)).toEqual([]);
  });
});

describe('a full sync that puts back what had drifted', () => {
  it('is told as a heal, though status shows it in sync again before the sync ends', () => {
    const story = new Story({ hpa: false });
    const flags = withFlags(story);
    // HEAD moves by a commit elsewhere and is compared: in sync at the new revision, nothing to deploy.
    story.app.commits();
    story.app.show();
    story.after(5);
    story.stage.write(flags, { manager: 'kubectl-edit' }, [[KEY, 'hectic']]);
    story.app.show();
    story.app.deploys();
    story.after(60);
    const notice = story.watchedBy(jq).notice('hotfix-reverted');
    expect(notice).toMatchObject({ category: 'config-hotfix', workload: { kind: 'ConfigMap', name: 'flags' } });
  });
});
