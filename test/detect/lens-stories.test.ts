/** Fights over anything but replicas: the lens names the field and the writer. */
import { describe, expect, it } from 'vitest';
import { loadJqEngine } from '../../src/kubernetes/jq-engine.ts';
import { PATH_IMAGE, PATH_REPLICAS, type Path } from '../support/live-object.ts';
import { Story } from '../support/story.ts';
import type { Watcher } from '../support/watcher.ts';

const jq = await loadJqEngine();

function told(watcher: Watcher) {
  const conflict = watcher.conflict();
  return {
    kind: conflict.kind,
    workload: `${conflict.workload.kind}/${conflict.workload.name}`,
    field: conflict.field,
    application: conflict.application?.name,
    contenders: conflict.contenders.map(
      ({ kind, name, manager, values }) => `${kind}:${name ?? manager ?? ''} ${values}`,
    ),
    state: conflict.state,
  };
}

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'flags', namespace: 'shop', uid: 'uid-flags' },
};
const WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'injector', uid: 'uid-injector' },
  webhooks: [{ name: 'a.example.com' }, { name: 'b.example.com' }],
};
const CHECKOUT: Path = ['data', 'checkout'];
const REQUESTS: Path = ['spec', 'template', 'spec', 'containers', { name: 'app' }, 'resources', 'requests', 'cpu'];
const caBundle = (name: string): Path => ['webhooks', { name }, 'clientConfig', 'caBundle'];

describe('a key of a ConfigMap', () => {
  /** Heals in the rhythm of the backoff, each answered within a second. */
  function loop(rounds: number, waits: readonly number[] = [2, 6, 18, 54, 162, 300]): Story {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    for (let round = 0; round < rounds; round++) {
      story.controllerWrites('flag-operator', flags, CHECKOUT, 'new').argoHeals();
      story.after(waits[Math.min(round, waits.length - 1)] ?? 300);
    }
    return story;
  }

  it('healed once is a hotfix that was reverted', () => {
    const watcher = loop(1).after(60).watchedBy(jq);
    expect([watcher.conflicts(), watcher.noticeKinds(), watcher.lensRequests]).toEqual([[], ['hotfix-reverted'], []]);
  });

  it('that a sync with Replace=true takes away beside it is no second fight', () => {
    const story = new Story({ hpa: false });
    const note: Path = ['metadata', 'annotations', 'operator.example/seen'];
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    for (let round = 0; round < 8; round++) {
      story.controllerWrites('flag-operator', flags, CHECKOUT, 'new');
      story.controllerWrites('note-operator', flags, note, 'yes');
      story.argoHeals().after(1);
      story.stage.write(flags, { manager: 'argocd-controller' }, [
        [note, undefined],
        [['metadata', 'annotations', 'release.example/round'], String(round)],
      ]);
      story.after(20);
    }
    const watcher = story.watchedBy(jq);
    expect(watcher.conflicts().map(({ field }) => field)).toEqual(['/data/checkout']);
  });

  it('healed twice gets a lens, which names field and writer at once', () => {
    const watcher = loop(2).watchedBy(jq);
    expect(watcher.lensRequests).toMatchObject([
      { action: 'open', ref: { kind: 'ConfigMap', namespace: 'shop', name: 'flags' } },
    ]);
    expect(told(watcher)).toMatchObject({ field: '/data/checkout', state: 'suspected' });
  });

  it('healed a third time is a conflict, with field and writer', () => {
    expect(told(loop(3).watchedBy(jq))).toEqual({
      kind: 'field',
      workload: 'ConfigMap/flags',
      field: '/data/checkout',
      application: 'web',
      contenders: ['controller:flag-operator new', 'argocd:web old'],
      state: 'confirmed',
    });
  });

  it('is counted from the first heal on, and once each', () => {
    const watcher = loop(6).watchedBy(jq);
    expect(watcher.conflict().reversals).toBe(6);
  });

  it('is named by the third revert, though a commit comes in between and syncs everything', () => {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    const edit = () => story.controllerWrites('flag-operator', flags, CHECKOUT, 'new');
    edit().argoHeals().after(20);
    edit().commit().after(20);
    edit().argoHeals().after(1);
    expect(told(story.watchedBy(jq))).toMatchObject({ field: '/data/checkout', state: 'confirmed' });
  });

  it('is named by the third revert, though the first came with a commit that had changed nothing', () => {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    story.app.commits();
    story.app.show();
    story.after(10).controllerWrites('flag-operator', flags, CHECKOUT, 'new');
    story.app.deploys();
    story.after(20).controllerWrites('flag-operator', flags, CHECKOUT, 'new').argoHeals().after(20);
    story.controllerWrites('flag-operator', flags, CHECKOUT, 'new').argoHeals().after(1);
    expect(told(story.watchedBy(jq))).toMatchObject({ field: '/data/checkout', state: 'confirmed' });
  });

  it('that commits change again and again is no fight', () => {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'v0']]);
    for (let release = 1; release <= 6; release++) {
      story.app.commits(flags, CHECKOUT, `v${release}`);
      story.app.show();
      story.after(1);
      story.app.deploys();
      story.app.show();
      story.after(60);
    }
    expect([story.watchedBy(jq).conflicts(), story.watchedBy(jq).noticeKinds()]).toEqual([[], []]);
  });

  it('is seen at the cap of the backoff, too', () => {
    const story = loop(4, [303]);
    expect(told(story.watchedBy(jq))).toMatchObject({ field: '/data/checkout', state: 'confirmed' });
  });

  it('that only heals restore is not over while the loop goes on', () => {
    const watcher = loop(20).watchedBy(jq);
    expect(watcher.states()).toEqual(['suspected', 'confirmed']);
    expect(watcher.conflict().reversals).toBe(20);
  });

  it('is over, and the lens is closed, when the controller has been gone for long', () => {
    const watcher = loop(4)
      .after(4 * 3600)
      .watchedBy(jq);
    expect(watcher.conflict()).toMatchObject({ state: 'resolved', resolution: 'quiet' });
    expect(watcher.lensRequests.map(({ action }) => action)).toEqual(['open', 'close']);
  });

  it('and a second one of the same writer are one fight', () => {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [
      [CHECKOUT, 'old'],
      [['data', 'search'], 'old'],
    ]);
    for (let round = 0; round < 6; round++) {
      story.stage.write(flags, { manager: 'flag-operator' }, [
        [CHECKOUT, 'new'],
        [['data', 'search'], 'new'],
      ]);
      story.after(1).argoHeals().after(15);
    }
    const conflict = story.watchedBy(jq).conflict();
    expect([conflict.field, conflict.otherFields]).toEqual(['/data/checkout', ['/data/search']]);
    expect(conflict.reversals).toBe(6);
  });

  it('of an Application in a namespace of its own names the Application, not its mark', () => {
    const story = new Story({ hpa: false, namespace: 'team-a' });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    for (let round = 0; round < 4; round++) {
      story.controllerWrites('flag-operator', flags, CHECKOUT, 'new').argoHeals().after(20);
    }
    expect(told(story.watchedBy(jq)).contenders).toEqual(['controller:flag-operator new', 'argocd:web old']);
  });
});

describe("a webhook's caBundle", () => {
  it('of a cluster-scoped object is one fight, however many webhooks it has', () => {
    const story = new Story({ hpa: false });
    const webhook = story.object(WEBHOOK, [
      [caBundle('a.example.com'), 'Cg=='],
      [caBundle('b.example.com'), 'Cg=='],
    ]);
    for (let round = 0; round < 5; round++) {
      story.stage.write(webhook, { manager: 'cert-manager-cainjector' }, [
        [caBundle('a.example.com'), 'QUJD'],
        [caBundle('b.example.com'), 'QUJD'],
      ]);
      story.after(1).argoHeals().after(20);
    }
    expect(told(story.watchedBy(jq))).toMatchObject({
      kind: 'field',
      workload: 'MutatingWebhookConfiguration/injector',
      field: '/webhooks/0/clientConfig/caBundle',
      application: 'web',
      state: 'confirmed',
    });
  });
});

describe('a field that the server takes back itself', () => {
  function stuck(rounds: number, period: number): Story {
    const story = new Story({ hpa: false });
    const flags = story.object(CONFIG_MAP, [[CHECKOUT, 'old']]);
    // What Git declares is sent, and never stands there.
    story.stage.write(flags, { manager: 'kube-apiserver', unsigned: true }, [[CHECKOUT, 'defaulted']]);
    for (let round = 0; round < rounds; round++) story.argoHeals({ only: ['flags'], writes: false }).after(period);
    return story;
  }

  it.each([
    [4, 20],
    [6, 303],
  ])('is named after %i heals, one every %i s, with nobody seen to write', (rounds, period) => {
    expect(told(stuck(rounds, period).watchedBy(jq))).toMatchObject({
      kind: 'field',
      field: '/data/checkout',
      contenders: ['controller:kube-apiserver defaulted', 'argocd:web old'],
    });
  });

  it('stays open and is counted while the loop goes on', () => {
    const watcher = stuck(30, 303).watchedBy(jq);
    expect(watcher.states()).toEqual(expect.not.arrayContaining(['resolved']));
    expect(watcher.conflict()).toMatchObject({ reversals: 30, activity: 'fighting' });
    expect(watcher.notice('hotfix-reverted')?.count).toBe(1);
  });
});

describe('the pod template', () => {
  it('that an injector changes is one fight, replicas untouched, with the field inside', () => {
    const story = new Story({ hpa: false });
    story.fight(3, 20, (one) => one.controllerWrites('mesh-injector', one.workload, PATH_IMAGE, 'app:mesh'));
    expect(told(story.watchedBy(jq))).toEqual({
      kind: 'template',
      workload: 'Deployment/web',
      field: '/spec/template/spec/containers/0/image',
      application: 'web',
      contenders: ['controller:mesh-injector app:mesh', 'argocd:web app:1'],
      state: 'confirmed',
    });
  });

  it.each(['client', 'server', 'replace'] as const)('is named when Argo CD writes by %s', (apply) => {
    const story = new Story({ hpa: false, apply });
    story.fight(5, 20, (one) => one.controllerWrites('mesh-injector', one.workload, PATH_IMAGE, 'app:mesh'));
    expect(told(story.watchedBy(jq))).toMatchObject({
      kind: 'template',
      field: '/spec/template/spec/containers/0/image',
      contenders: ['controller:mesh-injector app:mesh', 'argocd:web app:1'],
      state: 'confirmed',
    });
  });

  it('is named by the third revert where the injector writes within the same second as Argo CD', () => {
    const story = new Story({ hpa: false });
    const wholeSecond = () => {
      story.stage.now = Math.ceil(story.stage.now / 1000) * 1000;
    };
    wholeSecond();
    story.app.commits(story.workload, PATH_REPLICAS, 4);
    story.app.deploys();
    for (let round = 0; round < 3; round++) {
      story.controllerWrites('mesh-injector', story.workload, PATH_IMAGE, 'app:mesh').after(10);
      wholeSecond();
      story.argoHeals();
    }
    const watcher = story.after(1).watchedBy(jq);
    expect(told(watcher)).toMatchObject({ kind: 'template', state: 'confirmed' });
    expect(watcher.lensRequests[0]?.reason).toContain('mesh-injector changed the pod template');
  });

  it('whose requests a recommender of resources sets is named at the cap of the backoff, too', () => {
    const story = new Story({ hpa: false });
    const workload = story.workload;
    story.stage.before(() => {
      story.app.manages(workload, [
        [PATH_REPLICAS, 3],
        [PATH_IMAGE, 'app:1'],
        [REQUESTS, '100m'],
      ]);
      story.app.deploys();
    });
    story.stage.show(workload.raw());
    story.fight(4, 303, (one) => one.controllerWrites('vpa-updater', workload, REQUESTS, '250m'));
    expect(told(story.watchedBy(jq))).toMatchObject({
      kind: 'template',
      field: '/spec/template/spec/containers/0/resources/requests/cpu',
      contenders: ['controller:vpa-updater 250m', 'argocd:web 100m'],
      state: 'confirmed',
    });
  });

  it('and replicas, each with its own writer, are two fights', () => {
    const story = new Story();
    story.fight(4, 20, (one) => {
      one.hpaScales(6);
      one.controllerWrites('mesh-injector', one.workload, PATH_IMAGE, 'app:mesh');
    });
    const kinds = story
      .watchedBy(jq)
      .conflicts()
      .map(({ kind, contenders }) => `${kind} ${contenders[0]?.kind}`);
    expect(kinds.sort()).toEqual(['replicas hpa', 'template controller']);
  });
});
