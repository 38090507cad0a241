/**
 * jq for jqPathExpressions: the C jq compiled to WebAssembly (jq-wasm). Argo CD runs gojq 0.12; on path expressions the
 * two agree. Known differences, none of them seen in ignore rules: `env` and `$ENV` are not empty here, and an unknown
 * `@format` fails at run time here and at compile time there.
 */
import type { Context, Script } from 'node:vm';
import type { Jq } from 'jq-wasm/inline';
import type { Json } from '../model/facts.ts';
import type { JqEngine } from '../model/ports.ts';

type Outcome = ReturnType<JqEngine['deletePaths']>;

export interface JqEngineOptions {
  /** Longest run of one expression, milliseconds. Argo CD's default is 1000 (ignore.normalizer.jq.timeout). */
  readonly timeoutMs?: number;
  /** Results kept, one for each expression and input. */
  readonly cacheSize?: number;
}

/** Loads jq and answers at once ever after. Rejects only when the package itself is broken. */
export async function loadJqEngine(options: JqEngineOptions = {}): Promise<JqEngine> {
  const engine = new LazyJqEngine(options);
  await engine.load();
  return engine;
}

/** A jq that costs nothing until `load` is called: await it once before the first fact that `needsJq` is applied. */
export class LazyJqEngine implements JqEngine {
  readonly #timeoutMs: number;
  readonly #cacheSize: number;
  readonly #cache = new Map<string, Outcome>();
  /** Expressions that ran out of time once: they are not given a second again on every other object. */
  readonly #endless = new Set<string>();
  #jq: Jq | undefined;
  #stopwatch: Stopwatch | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: JqEngineOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 1000;
    this.#cacheSize = options.cacheSize ?? 500;
  }

  get loaded(): boolean {
    return this.#jq !== undefined;
  }

  async load(): Promise<void> {
    if (this.#jq !== undefined) return;
    this.#loading ??= this.#reload();
    await this.#loading;
  }

  /** Throws when `load` was not awaited before: an answer made up here would be a wrong verdict. */
  deletePaths(expression: string, input: Json): Outcome {
    if (this.#jq === undefined) throw new Error('jq was asked before it was loaded: await load() first');
    const key = JSON.stringify([expression, input]);
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const outcome = this.evaluate(`del(${expression})`, input);
    if (this.#cache.size >= this.#cacheSize) this.#cache.delete(this.#cache.keys().next().value ?? '');
    this.#cache.set(key, outcome);
    return outcome;
  }

  /** The one JSON value that a program makes of another; not remembered. Throws when `load` was not awaited before. */
  evaluate(program: string, input: Json): Outcome {
    const jq = this.#jq;
    const stopwatch = this.#stopwatch;
    if (jq === undefined || stopwatch === undefined)
      throw new Error('jq was asked before it was loaded: await load() first');
    if (this.#endless.has(program)) return timedOut(this.#timeoutMs);
    try {
      const { stdout, stderr, exitCode } = stopwatch.run(this.#timeoutMs, () =>
        jq.raw(JSON.stringify(input), program, ['-c']),
      );
      if (exitCode === 0) return outputOf(stdout);
      return { outcome: exitCode === COMPILE_ERROR ? 'invalid' : 'failed', message: firstLineOf(stderr) };
    } catch (error) {
      // A run that was cut off leaves the module in the middle of something: a new one takes over as soon as it is there.
      void this.#reload().catch(() => undefined);
      if (!isTimeout(error))
        return { outcome: 'failed', message: error instanceof Error ? error.message : String(error) };
      this.#endless.add(program);
      return timedOut(this.#timeoutMs);
    }
  }

  async #reload(): Promise<void> {
    const [{ loadJq }, vm] = await Promise.all([import('jq-wasm/inline'), import('node:vm')]);
    this.#stopwatch ??= new Stopwatch(vm);
    this.#jq = await loadJq();
  }
}

/** jq's exit status for a program that does not compile; 5 is a failure at run time. */
const COMPILE_ERROR = 3;

/**
 * Runs a job and cuts it off when its time is over, WebAssembly loops included: V8 interrupts whatever runs inside a
 * script. Throws ERR_SCRIPT_EXECUTION_TIMEOUT then.
 */
class Stopwatch {
  readonly #sandbox: { job: () => unknown } = { job: () => undefined };
  readonly #context: Context;
  readonly #script: Script;

  constructor(vm: typeof import('node:vm')) {
    this.#context = vm.createContext(this.#sandbox);
    this.#script = new vm.Script('job()');
  }

  run<T>(milliseconds: number, job: () => T): T {
    this.#sandbox.job = job;
    return this.#script.runInContext(this.#context, { timeout: milliseconds }) as T;
  }
}

/** Argo CD wants exactly one object back (diff_normalizer.go, jqNormalizerPatch.Apply). */
function outputOf(stdout: string): Outcome {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const [only] = lines;
  if (only === undefined || lines.length > 1) {
    return { outcome: 'failed', message: `the expression gives ${lines.length} results in place of one` };
  }
  return { outcome: 'ok', output: JSON.parse(only) as Json };
}

function timedOut(milliseconds: number): Outcome {
  return { outcome: 'failed', message: `the expression does not end within ${milliseconds} ms` };
}

function isTimeout(error: unknown): boolean {
  // The error is made inside the script's own context: it is no instance of our Error.
  return error !== null && typeof error === 'object' && Reflect.get(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/** 'jq: error: syntax error, unexpected …' without the prefix and the drawing below it. */
function firstLineOf(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? '';
  return line.replace(/^jq: error(?: \(at [^)]*\))?: /, '').replace(/ at <top-level>, line \d+, column \d+:$/, '');
}
