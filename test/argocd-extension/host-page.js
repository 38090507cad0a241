/**
 * What Argo CD's page offers to extensions, with the React it has itself (argo-cd ui/src/app/index.tsx,
 * shared/services/extensions-service.ts): plain JavaScript, because it is bundled for the browser and not checked as ours.
 */
import * as React from 'react';
import { createRoot } from 'react-dom/client';

const registered = { tabs: [], status: [] };
window.React = React;
window.extensionsAPI = {
  registerResourceExtension: (component, group, kind, title, options) =>
    registered.tabs.push({ component, group, kind, title, icon: options?.icon }),
  registerStatusPanelExtension: (component, title, id, flyout) =>
    registered.status.push({ component, title, id, flyout }),
};
window.registered = registered;

/** As application-status-panel.tsx and resource-details.tsx render them. */
window.show = (application, resource) => {
  const root = createRoot(document.getElementById('app'));
  const Page = () => {
    const [flyout, openFlyout] = React.useState(null);
    const group = resource?.apiVersion.includes('/') ? resource.apiVersion.split('/')[0] : '';
    const tabs = registered.tabs.filter((one) => one.group === group && one.kind === resource?.kind);
    return React.createElement(
      'main',
      null,
      React.createElement(
        'div',
        { className: 'application-status-panel row' },
        registered.status.map(({ component, title, id }) =>
          React.createElement(component, { key: title, application, openFlyout: () => openFlyout(id) }),
        ),
      ),
      registered.status
        .filter(({ id }) => id === flyout)
        .map((one) =>
          React.createElement(
            'aside',
            { key: one.id, id: 'flyout' },
            React.createElement(one.flyout, { application, tree: { nodes: [] } }),
          ),
        ),
      tabs.map((one) =>
        React.createElement(
          'section',
          { key: one.title, id: 'tab', 'aria-label': one.title },
          React.createElement(one.component, { application, resource, tree: { nodes: [] } }),
        ),
      ),
    );
  };
  root.render(React.createElement(React.StrictMode, null, React.createElement(Page)));
  return () => root.unmount();
};
