/**
 * Renders the alerts: `node scripts/rules.ts` writes manifests/prometheus, and the Helm chart's copy of them.
 * `--runbooks URL`, `--grafana URL`, `--job REGEX`, `--capacity-share N` and `--stale-seconds N` make them fit an
 * installation, `--output DIR` puts them elsewhere; the chart takes these as values. `--recordings DIR` also writes the
 * tests of the alerts, from replays of the recordings there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_SETTINGS } from './alerting/alert.ts';
import { RECORDED_CASES } from './alerting/recorded-cases.ts';
import { renderPrometheusRule, renderRuleFile } from './alerting/render.ts';
import { replayMetrics } from './alerting/replay-metrics.ts';
import { renderRuleTest, ruleTest } from './alerting/rule-test.ts';
import { writeChart } from './chart/render.ts';

const HOME = fileURLToPath(new URL('../manifests/prometheus/', import.meta.url));
const { values } = parseArgs({
  options: {
    output: { type: 'string', default: HOME },
    runbooks: { type: 'string', default: DEFAULT_SETTINGS.runbooks },
    grafana: { type: 'string', default: DEFAULT_SETTINGS.grafana },
    job: { type: 'string', default: DEFAULT_SETTINGS.job },
    'capacity-share': { type: 'string', default: DEFAULT_SETTINGS.capacityShare },
    recordings: { type: 'string', default: '' },
    'stale-seconds': { type: 'string', default: DEFAULT_SETTINGS.staleSeconds },
  },
});
const settings = {
  runbooks: values.runbooks,
  grafana: values.grafana,
  job: values.job,
  capacityShare: values['capacity-share'],
  staleSeconds: values['stale-seconds'],
};
mkdirSync(values.output, { recursive: true });
writeFileSync(`${values.output}/tugwatch.rules.yaml`, renderRuleFile(settings));
writeFileSync(`${values.output}/prometheusrule.yaml`, renderPrometheusRule(settings));
if (values.output === HOME) writeChart();

if (values.recordings !== '') {
  mkdirSync(`${values.output}/tests`, { recursive: true });
  for (const { recording, title, expectations } of RECORDED_CASES) {
    const series = await replayMetrics(`${values.recordings}/${recording}.ndjson.gz`);
    const test = ruleTest('../tugwatch.rules.yaml', title, series, expectations);
    const head = `Made by scripts/rules.ts from scripts/alerting/recorded-cases.ts and the recording ${recording}.`;
    writeFileSync(`${values.output}/tests/recorded-${recording}.test.yaml`, renderRuleTest(head, test));
  }
}
