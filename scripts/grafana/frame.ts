/** What both dashboards share: variables, links, and what makes the JSON import into Grafana 11 to 13 unchanged. */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './panels.ts';

/** Addresses that differ by installation: the defaults of two text boxes on each dashboard. */
export interface Addresses {
  readonly tugwatch: string;
  readonly argocd: string;
  /** Where the pages of docs/runbooks are served. */
  readonly runbooks: string;
}

/** Of Grafana 11.0; later versions migrate it themselves, earlier ones of this range know no higher. */
const SCHEMA_VERSION = 39;

export function newDashboard(uid: string, title: string, description: string, addresses: Addresses): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['tugwatch', 'argocd', 'kubernetes'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(targetVariable('job', 'Job', 'tugwatch_build_info'))
    .withVariable(targetVariable('instance', 'Instance', 'tugwatch_build_info{job=~"$job"}'))
    .withVariable(addressVariable('tugwatch', 'Tugwatch', 'Address of the page of Tugwatch.', addresses.tugwatch))
    .withVariable(addressVariable('argocd', 'Argo CD', 'Address of the user interface of Argo CD.', addresses.argocd))
    .link(
      new DashboardLinkBuilder('Tugwatch dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags(['tugwatch'])
        .includeVars(true)
        .keepTime(true),
    )
    .link(new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).url(addresses.runbooks).targetBlank(true));
}

/** The dashboard with numbered panels, and with links and annotations in sight rather than in a menu. */
export function finish(builder: DashboardBuilder): Dashboard {
  const built = builder.build();
  for (const each of [...(built.links ?? []), ...(built.annotations.list ?? [])]) delete each.placement;
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return { ...built, schemaVersion: SCHEMA_VERSION };
}

/** One value that the reader chooses, of a label of a metric. */
export function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** All values of a label, chosen for the reader. */
export function hiddenAll(name: string, label: string, query: string): QueryVariableBuilder {
  return choice(name, label, query).hide(VariableHide.HideVariable).multi(true).includeAll(true).current(ALL);
}

const ALL = { text: ['All'], value: ['$__all'] };

function targetVariable(name: string, label: string, selector: string): QueryVariableBuilder {
  return choice(name, label, `label_values(${selector}, ${name})`)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL);
}

function addressVariable(name: string, label: string, description: string, value: string): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .defaultValue(value)
    .current({ text: value, value });
}
