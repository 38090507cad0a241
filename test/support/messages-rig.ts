/** Messages over real HTTP, with time that a test moves and fights that it makes up. */
import { receiversSchema } from '../../src/config/receivers.ts';
import { LazyJqEngine } from '../../src/kubernetes/jq-engine.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import type { Conflict, Notice } from '../../src/model/verdicts.ts';
import { checkTemplates } from '../../src/outlets/check-templates.ts';
import { Messages } from '../../src/outlets/messages.ts';
import { createPost } from '../../src/outlets/post.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { FakeTimers } from './fake-timers.ts';
import { aConflict, aRemedy, T0 } from './report-fixtures.ts';

export interface MessagesRig extends AsyncDisposable {
  readonly messages: Messages;
  /** What the detector knows. */
  readonly conflicts: Conflict[];
  readonly escalated: Set<string>;
  readonly log: string[];
  leads: boolean;
  /** Times that what was told was stored. */
  stored: number;
  /** A transition, and the detector knows of it. */
  becomes(state: Conflict['state'], changes?: Partial<Conflict>): void;
  notices(notice: Notice): void;
}

export async function messagesTo(
  receivers: readonly unknown[],
): Promise<MessagesRig & { readonly timers: FakeTimers }> {
  const timers = new FakeTimers(1, T0);
  return Object.assign(await messagesInTime(receivers, timers), { timers });
}

/** With a clock of the test's choice. */
export async function messagesInTime(receivers: readonly unknown[], timers: Timers): Promise<MessagesRig> {
  const log: string[] = [];
  const jq = new LazyJqEngine();
  const parsed = receiversSchema.parse(receivers);
  await checkTemplates(parsed, jq);
  const detector = {
    get now() {
      return timers.now();
    },
    conflicts: () => rig.conflicts,
  };
  const messages = new Messages({
    post: await createPost('test', () => timers.now()),
    jq,
    timers,
    logger: createLogger({ format: 'json', level: 'debug', destination: { write: (line) => log.push(line) } }),
    leads: () => rig.leads,
    pipeline: { detector, remedyFor: () => aRemedy() } as never,
    hasEscalated: (id) => rig.escalated.has(id),
    externalUrl: () => 'https://tugwatch.example.com',
    persist: async () => {
      rig.stored += 1;
    },
  });
  const rig: MessagesRig = {
    messages,
    log,
    conflicts: [],
    escalated: new Set(),
    leads: true,
    stored: 0,
    becomes(state, changes = {}) {
      const over = state === 'resolved' ? { resolvedAt: timers.now(), resolution: 'self-heal-off' as const } : {};
      const conflict = aConflict({ state, ...over, ...changes });
      const known = rig.conflicts.findIndex(({ id }) => id === conflict.id);
      const from = rig.conflicts[known]?.state ?? null;
      if (known >= 0) rig.conflicts[known] = conflict;
      else rig.conflicts.push(conflict);
      messages.observe({ type: 'transition', transition: { at: timers.now(), from, to: state, conflict } });
    },
    notices: (notice) => messages.observe({ type: 'notice', notice }),
    async [Symbol.asyncDispose]() {
      await messages.stop();
    },
  };
  messages.take(parsed);
  return rig;
}
