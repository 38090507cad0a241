/** Every part registers its own teardown when it is made; shutting down is to run them in reverse. */
export type Release = () => void | Promise<void>;

export class Releasers {
  readonly #stack: { readonly name: string; readonly release: Release }[] = [];
  #running: Promise<void> | null = null;

  add(name: string, release: Release): void {
    this.#stack.push({ name, release });
  }

  /**
   * Runs all of them, newest first, each within `deadlineMs`; one that fails or hangs does not keep the others from
   * running. Concurrent callers share one run.
   */
  releaseAll(deadlineMs: number, onFailure: (name: string, error: unknown) => void): Promise<void> {
    this.#running ??= this.#run(deadlineMs, onFailure);
    return this.#running;
  }

  async #run(deadlineMs: number, onFailure: (name: string, error: unknown) => void): Promise<void> {
    for (let entry = this.#stack.pop(); entry !== undefined; entry = this.#stack.pop()) {
      const { promise, reject } = Promise.withResolvers<never>();
      const name = entry.name;
      const timer = setTimeout(() => reject(new Error(`${name} did not end within ${deadlineMs} ms`)), deadlineMs);
      try {
        await Promise.race([entry.release(), promise]);
      } catch (error) {
        onFailure(name, error);
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
