/** The components: the item in the status panel, its flyout, and the tab of a workload. */
import type { ConflictDocument, RemedyDocument, Report } from '../report/schema.ts';
import { visible, visibleLines } from '../report/visible.ts';
import {
  activityLabel,
  clockLabel,
  costLabel,
  counted,
  dateTimeLabel,
  noticeLabel,
  paceLabel,
  resolutionLabel,
  valueLabel,
  workloadLabel,
} from '../report/words.ts';
import { type Answer, askReport } from './ask.ts';
import type { Application, Component, Host, Node, ResourceProps, StatusProps } from './host.ts';
import { CODE, COLOURS, HEADING, LINE, TABLE } from './style.ts';
import { type Findings, fightLabel, findingsOf } from './words.ts';

/** A report is asked for this often while a component is shown. Milliseconds. */
const EVERY_MS = 15_000;
const ROWS = 20;

export interface Components {
  readonly status: Component<StatusProps>;
  readonly flyout: Component<{ readonly application: Application }>;
  readonly tab: Component<ResourceProps>;
}

export function makeComponents({ React }: Host): Components {
  const h = React.createElement;

  /** The last answer; null before the first. Asked anew while the component is on the page. */
  function useAnswer(application: Application): Answer | null {
    const [answer, setAnswer] = React.useState<Answer | null>(null);
    const { name, namespace } = application.metadata;
    const { project } = application.spec;
    React.useEffect(() => {
      const leaving = new AbortController();
      const ask = () => {
        askReport(application, leaving.signal).then(setAnswer, () => {});
      };
      ask();
      const timer = setInterval(ask, EVERY_MS);
      return () => {
        clearInterval(timer);
        leaving.abort();
      };
    }, [name, namespace, project]);
    return answer;
  }

  const status: Component<StatusProps> = ({ application, openFlyout }) => {
    const answer = useAnswer(application);
    if (answer === null) return null;
    if ('sentence' in answer) return item(h('span', { style: { color: COLOURS.dim } }, `unknown: ${answer.sentence}`));
    // Argo CD catches what a tab throws, and not what an item of the status panel throws.
    try {
      return summary(answer.report, application, openFlyout);
    } catch {
      return item(
        h('span', { style: { color: COLOURS.dim } }, 'unknown: this extension is older or newer than Tugwatch.'),
      );
    }
  };

  function summary(report: Report, application: Application, openFlyout: () => void): Node {
    const { open } = findingsOf(report, application);
    const [worst] = open;
    if (worst === undefined) return null;
    const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
    const style = { color: COLOURS[worst.state], border: 0, padding: 0, background: 'none', font: 'inherit' };
    return item(
      h(
        'button',
        { type: 'button', style: { ...style, cursor: 'pointer', textAlign: 'left' }, onClick: () => openFlyout() },
        `${worst.state === 'suspected' ? 'Suspected: ' : ''}${fightLabel(worst)}${more}`,
      ),
      h(
        'div',
        { style: { fontSize: '12px' } },
        `over ${visible(worst.field ?? 'a field not known yet')} of ${workloadLabel(worst.workload)}`,
      ),
    );
  }

  /** With Argo CD's own classes, so that it looks like the items beside it. */
  function item(...children: readonly Node[]): Node {
    return h(
      'div',
      { className: 'application-status-panel__item', 'data-tugwatch': 'status' },
      h('div', { style: { lineHeight: '19.5px', marginBottom: '0.3em' } }, h('label', null, 'CONFLICT')),
      h('div', { className: 'application-status-panel__item-value' }, ...children),
    );
  }

  const flyout: Component<{ readonly application: Application }> = ({ application }) =>
    whole(
      useAnswer(application),
      (report) => findingsOf(report, application),
      `Application ${visible(application.metadata.name)}`,
    );

  const tab: Component<ResourceProps> = ({ application, resource }) =>
    whole(
      useAnswer(application),
      (report) => findingsOf(report, application, resource),
      visible(`${resource.kind ?? 'object'} ${resource.metadata?.name ?? ''}`),
    );

  function whole(answer: Answer | null, find: (report: Report) => Findings, what: string): Node {
    const frame = (...children: readonly Node[]) =>
      h('div', { style: { padding: '15px', lineHeight: 1.5 }, 'data-tugwatch': 'details' }, ...children);
    if (answer === null) return frame('Asking Tugwatch…');
    if ('sentence' in answer) return frame(h('p', { role: 'alert' }, answer.sentence));
    const { open, over, risks, notices } = find(answer.report);
    return frame(
      open.length === 0 ? h('p', null, `Nothing fights over ${what}.`) : null,
      ...open.map((one) => conflict(one)),
      ...over.map((one) => conflict(one)),
      section('Risks: what the next scale, sync or deploy would start', risks, (risk) => [
        h('strong', null, `${risk.rule} `),
        visible(`${risk.message} ${risk.remedy.summary}`),
      ]),
      section('Notices: no fight, but worth knowing', notices, (notice) => [
        h('strong', null, visible(`${dateTimeLabel(notice.at)} ${noticeLabel(notice)}: `)),
        visible(notice.message),
      ]),
    );
  }

  function section<T>(title: string, list: readonly T[], describe: (one: T) => readonly Node[]): Node {
    if (list.length === 0) return null;
    const lines = list.map((one, index) => h('li', { key: index, style: LINE }, ...describe(one)));
    return h('section', { key: title }, h('h5', { style: HEADING }, title), h('ul', { style: { margin: 0 } }, lines));
  }

  function conflict(one: ConflictDocument): Node {
    const how = one.state === 'resolved' ? resolutionLabel(one) || 'over' : activityLabel(one.activity);
    return h(
      'section',
      { key: one.id, 'data-conflict': one.id },
      h('h5', { style: { ...HEADING, color: COLOURS[one.state] } }, `${one.state.toUpperCase()}: ${fightLabel(one)}`),
      h('p', null, visible(one.summary)),
      h(
        'p',
        { style: { color: COLOURS.dim } },
        [
          `since ${dateTimeLabel(one.startedAt)} UTC`,
          how,
          counted(one.reversals, 'reversal'),
          paceLabel(one),
          costLabel(one),
        ]
          .filter((part) => part !== '')
          .join(' · '),
      ),
      evidence(one),
      one.state === 'resolved' ? null : remedy(one.remedy),
    );
  }

  function evidence({ evidence: rows }: ConflictDocument): Node {
    const cell = (tag: string, text: string, key: number) => h(tag, { key, style: TABLE.cell }, text);
    const shown = rows.slice(-ROWS).map((row, index) =>
      h(
        'tr',
        { key: index },
        [clockLabel(row.at), visible(row.writer), valueLabel(row.from), valueLabel(row.to), visible(row.source)].map(
          (text, at) => cell('td', text, at),
        ),
      ),
    );
    const head = ['Time (UTC)', 'Writer', 'From', 'To', 'Seen in'].map((text, at) => cell('th', text, at));
    return h('table', { style: TABLE.table }, h('thead', null, h('tr', null, head)), h('tbody', null, shown));
  }

  function remedy({ summary, steps, warnings, verify }: RemedyDocument): Node {
    const code = (text: string, key: number) => h('pre', { key, style: CODE, tabIndex: 0 }, visibleLines(text));
    return h(
      'div',
      null,
      h('h6', { style: HEADING }, 'How to end it'),
      h('p', null, visible(summary)),
      h(
        'ol',
        null,
        steps.map((step, index) =>
          h(
            'li',
            { key: index, style: LINE },
            `${visible(step.why)} (${step.where})`,
            step.commands.map(code),
            step.yaml === null ? null : code(step.yaml, -1),
          ),
        ),
      ),
      warnings.map(({ message }, index) => h('p', { key: index }, h('strong', null, 'Careful: '), visible(message))),
      verify.message === '' ? null : h('p', null, h('strong', null, 'Then check: '), visible(verify.message)),
      verify.command === '' ? null : code(verify.command, 0),
    );
  }

  return { status, flyout, tab };
}
