import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluationTimes, type Firing, fireAlert } from '../../scripts/score/alerts/fire.ts';
import { readRules } from '../../scripts/score/alerts/read-rules.ts';
import { scrapeRecording } from '../../scripts/score/scrape/scrape-recording.ts';
import { noRecordings, recordingPath } from '../support/recordings.ts';
import { askPromtool, type Claims, whyNoPromtool } from './promtool.ts';

const rulesPath = fileURLToPath(new URL('../../../shared/peers/rules.yml', import.meta.url));
const absent = await whyNoPromtool();

async function claimsOf(recording: string): Promise<Claims> {
  const { rules } = readRules(rulesPath, 30_000);
  const { store, times } = await scrapeRecording(recordingPath(recording));
  const evaluations = evaluationTimes(times, 30_000);
  const firings = new Map(rules.map((rule) => [rule.alert, fireAlert(rule, store, evaluations)]));
  return { rulesPath, store, scrapes: times, evaluations, firings };
}

describe.skipIf(noRecordings)("beside Prometheus's own promtool", () => {
  // Of these, versions of Prometheus before and after its pull request 13725 say the same.
  it.for(['scaledown-fight', 'shared', 'hpa-thrash'])(
    'every rule fires over %s for the same labels at the same evaluations',
    async (recording, { skip }) => {
      if (absent !== null) skip(absent);
      const claims = await claimsOf(recording);
      expect([...claims.firings.values()].flat()).not.toEqual([]);
      expect(await askPromtool(claims)).toMatchObject({ agrees: true });
    },
  );

  it('an alert that is claimed one evaluation too early is contradicted', async ({ skip }) => {
    if (absent !== null) skip(absent);
    const claims = await claimsOf('hpa-thrash');
    const early = (firing: Firing): Firing => ({ ...firing, from: firing.from - 30_000 });
    const firings = new Map([...claims.firings].map(([alert, fired]) => [alert, fired.map(early)]));
    expect(await askPromtool({ ...claims, firings })).toMatchObject({ agrees: false });
  });
});
