/**
 * PagerDuty's Events API v2: one alert a conflict, by its id; opened when it is confirmed, raised when it escalates,
 * resolved when it is over. Limits: summary 1024 characters, dedup_key 255, an event 512 KB (PagerDuty developer-docs,
 * events-API-v2/02-Trigger-Events.md).
 */
import { workloadLabel } from '../../report/words.ts';
import { clip } from '../clip.ts';
import type { MessageDocument } from '../message.ts';
import { commandOf } from './command.ts';

export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const SUMMARY = 1_024;
const KEY = 255;
const DETAIL = 8_000;

export function pagerdutyBody(message: MessageDocument, routingKey: string): unknown {
  const { conflict, notice, firstStep, links } = message;
  const key = clip(conflict?.id ?? message.key, KEY);
  // An end by half is an end as well: nothing fights, and nobody should be woken for what the next deploy may do.
  if (message.occasion === 'resolved' || message.occasion === 'half-fixed')
    return { routing_key: routingKey, event_action: 'resolve', dedup_key: key };
  const command = commandOf(message, DETAIL);
  const workload = conflict?.workload ?? notice?.workload ?? null;
  const application = conflict?.application ?? notice?.application ?? null;
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: key,
    client: 'Tugwatch',
    ...(links.page === null ? {} : { client_url: links.page }),
    payload: {
      summary: clip(`${message.title}: ${message.text}`, SUMMARY),
      source: workload === null ? 'tugwatch' : workloadLabel(workload),
      severity: message.severity,
      timestamp: message.at,
      ...(workload === null ? {} : { component: workload.name }),
      ...(application === null ? {} : { group: `${application.namespace}/${application.name}` }),
      class: conflict === null ? 'notice' : 'sync-conflict',
      custom_details: {
        ...Object.fromEntries(message.facts.map(({ name, value }) => [name, clip(value, DETAIL)])),
        ...(firstStep === null ? {} : { 'First step': clip(firstStep.why, DETAIL) }),
        ...(command === null ? {} : { Command: command }),
        Explain: message.explain,
      },
    },
    links: [
      ...(links.page === null ? [] : [{ href: links.page, text: 'Timeline and evidence' }]),
      ...(links.runbook === null ? [] : [{ href: links.runbook, text: 'Runbook' }]),
    ],
  };
}
