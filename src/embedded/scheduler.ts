/**
 * Time for the actors. In virtual time a day passes as fast as the tasks run; in real time the same tasks run when
 * their hour has come. There the actors may live faster than the clock on the wall (pace): what they wait for is
 * shorter, and what they write down is still the true time, so that a daemon beside them sees no clock run wild.
 */
export interface Scheduler {
  /** What the clock on the wall says, ms since the epoch: for timestamps. */
  now(): number;
  /** What has passed for the actors, ms since some start: for waits and windows. Equals now() in virtual time. */
  time(): number;
  /** Runs `task` after `delay` ms. Tasks of one instant run in the order they were planned. Returns its cancellation. */
  after(delay: number, task: () => void): () => void;
}

interface Task {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A binary heap of tasks by (time, order of planning). */
class TaskQueue {
  readonly #heap: Task[] = [];
  #planned = 0;

  plan(at: number, run: () => void): () => void {
    const task: Task = { at, order: this.#planned, run };
    this.#planned += 1;
    this.#push(task);
    return () => {
      task.run = undefined;
    };
  }

  /** When the next task is due; undefined when there is none. */
  nextAt(): number | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Takes the next task out. */
  take(): Task | undefined {
    this.nextAt();
    return this.#pop();
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up] as Task;
      if (!isBefore(task, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let down = 2 * index + 1;
      const left = heap[down];
      if (left === undefined) break;
      const right = heap[down + 1];
      let smaller = left;
      if (right !== undefined && isBefore(right, left)) {
        smaller = right;
        down += 1;
      }
      if (!isBefore(smaller, last)) break;
      heap[index] = smaller;
      index = down;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Virtual time: nothing happens between two tasks, so an hour takes as long as its work. */
export class VirtualScheduler implements Scheduler {
  readonly #queue = new TaskQueue();
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  time(): number {
    return this.#now;
  }

  after(delay: number, task: () => void): () => void {
    return this.#queue.plan(this.#now + Math.max(0, delay), task);
  }

  /** When the next task is due; undefined when there is none. */
  nextAt(): number | undefined {
    return this.#queue.nextAt();
  }

  /** Runs every task that is due up to and including `time`, then stands at `time`. */
  runUntil(time: number): void {
    for (let next = this.#queue.nextAt(); next !== undefined && next <= time; next = this.#queue.nextAt()) {
      const task = this.#queue.take();
      this.#now = Math.max(this.#now, next);
      task?.run?.();
    }
    this.#now = Math.max(this.#now, time);
  }

  runFor(milliseconds: number): void {
    this.runUntil(this.#now + milliseconds);
  }
}

/**
 * Real time; at a `pace` of 10 the actors wait a tenth. Time that has passed before the start is run through at once,
 * so that a cluster can begin in the middle of its life. Stop it, or the process stays alive.
 */
export class RealScheduler implements Scheduler {
  readonly #queue = new TaskQueue();
  readonly #pace: number;
  readonly #origin = performance.now();
  readonly #start = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;
  /** While the past is run through: the time of the task that runs, in ms of the actors; otherwise undefined. */
  #past: number | undefined;

  /** `begin`: ms of the actors that lie before now; run them with `catchUp`. */
  constructor(options: { readonly pace?: number; readonly begin?: number } = {}) {
    this.#pace = options.pace ?? 1;
    this.#past = options.begin === undefined ? undefined : -options.begin;
  }

  now(): number {
    return this.#start + this.time() / this.#pace;
  }

  time(): number {
    return this.#past ?? (performance.now() - this.#origin) * this.#pace;
  }

  after(delay: number, task: () => void): () => void {
    const cancel = this.#queue.plan(this.time() + Math.max(0, delay), task);
    if (this.#past === undefined) this.#arm();
    return cancel;
  }

  /** Runs everything that lies before now, then goes on in real time. */
  catchUp(): void {
    for (let next = this.#queue.nextAt(); next !== undefined && next <= 0; next = this.#queue.nextAt()) {
      const task = this.#queue.take();
      this.#past = next;
      task?.run?.();
    }
    this.#past = undefined;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#queue.clear();
  }

  #arm(): void {
    const next = this.#queue.nextAt();
    if (this.#stopped || next === undefined || next >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    this.#timer = setTimeout(() => this.#runDue(), Math.max(0, (next - this.time()) / this.#pace));
  }

  #runDue(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    // A bounded batch a turn: HTTP must be served in between.
    for (let count = 0; count < 500; count += 1) {
      const next = this.#queue.nextAt();
      if (this.#stopped || next === undefined || next > this.time()) break;
      this.#queue.take()?.run?.();
    }
    this.#arm();
  }
}
