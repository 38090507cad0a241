/** Git servers as Argo CD sees them: a repository has a HEAD, and at every commit manifests by path. */
import type { KubeObject } from './objects.ts';
import type { Random } from './random.ts';

export type ManifestsByPath = ReadonlyMap<string, readonly KubeObject[]>;

export class GitRepository {
  readonly url: string;
  readonly #random: Random;
  readonly #commits = new Map<string, ManifestsByPath>();
  readonly #order: string[] = [];
  #head: string;

  constructor(url: string, random: Random, files: ManifestsByPath = new Map()) {
    this.url = url;
    this.#random = random;
    this.#head = this.#record(files);
  }

  get head(): string {
    return this.#head;
  }

  /** The manifests of an application's path at a commit; none where the path does not exist. */
  manifestsAt(revision: string, path: string): readonly KubeObject[] {
    return this.#commits.get(revision)?.get(path) ?? [];
  }

  /** Moves HEAD. In a repository of many applications every one of them sees a new revision. Returns the commit. */
  commit(path: string, change: (manifests: readonly KubeObject[]) => readonly KubeObject[]): string {
    const files = new Map(this.#commits.get(this.#head));
    files.set(path, change(files.get(path) ?? []));
    this.#head = this.#record(files);
    return this.#head;
  }

  /** A commit that touches nothing that any application deploys. */
  commitElsewhere(): string {
    this.#head = this.#record(this.#commits.get(this.#head) ?? new Map());
    return this.#head;
  }

  #record(files: ManifestsByPath): string {
    const revision = this.#random.hex(40);
    this.#commits.set(revision, files);
    this.#order.push(revision);
    // Nobody asks for a revision that far back.
    if (this.#order.length > 100) this.#commits.delete(this.#order.shift() ?? '');
    return revision;
  }
}

/** All repositories by URL. */
export class GitServer {
  readonly #random: Random;
  readonly #repositories = new Map<string, GitRepository>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The repository of that URL; made empty when it does not exist. */
  repository(url: string): GitRepository {
    let repository = this.#repositories.get(url);
    if (repository === undefined) {
      repository = new GitRepository(url, this.#random);
      this.#repositories.set(url, repository);
    }
    return repository;
  }
}
