import type { Receiver } from '../config/receivers.ts';
import type { LazyJqEngine } from '../kubernetes/jq-engine.ts';

/** Loads jq where a receiver has a template. @throws Error in one sentence when one of them is no jq program */
export async function checkTemplates(receivers: readonly Receiver[], jq: LazyJqEngine): Promise<void> {
  for (const receiver of receivers) {
    if (receiver.type !== 'webhook' || receiver.template === undefined) continue;
    await jq.load();
    const { outcome, ...rest } = jq.evaluate(receiver.template, {});
    // Only compiling can be told by now: on a message that is empty a good program may fail as well.
    if (outcome === 'invalid' && 'message' in rest)
      throw new Error(`receiver ${receiver.name}: its template is no jq program: ${rest.message}.`);
  }
}
