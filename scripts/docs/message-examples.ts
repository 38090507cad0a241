/** The examples on docs/messages.md, made by the formats themselves. */
import { exampleAlerts, exampleMessage } from '../../src/outlets/example.ts';
import { pagerdutyBody } from '../../src/outlets/formats/pagerduty.ts';
import { slackBody } from '../../src/outlets/formats/slack.ts';
import { teamsBody } from '../../src/outlets/formats/teams.ts';

const AT = Date.parse('2026-11-21T06:00:00Z');
const PAGE = 'https://tugwatch.example.com';

function examples(): Record<string, unknown> {
  const message = exampleMessage('confirmed', AT, PAGE);
  return {
    webhook: message,
    slack: slackBody(message),
    teams: teamsBody(message),
    pagerduty: pagerdutyBody(message, '(the routing key)'),
    alertmanager: exampleAlerts('confirmed', AT, PAGE, { cluster: 'prod-eu' }),
  };
}

/** The page with its examples made anew. @throws Error when the page has no place for one */
export function withMessageExamples(page: string): string {
  return Object.entries(examples()).reduce((text, [type, body]) => {
    const begin = `<!-- example ${type}: written by \`npm run generate\` -->`;
    const end = `<!-- example ${type} end -->`;
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no place for an example: put ${begin} and ${end} on it`);
    const block = `\n\`\`\`json\n${JSON.stringify(body, null, 2)}\n\`\`\`\n`;
    return text.slice(0, from + begin.length) + block + text.slice(to);
  }, page);
}
