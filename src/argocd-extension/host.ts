/**
 * What Argo CD's page gives an extension (argo-cd docs/developer-guide/extensions/ui-extensions.md, 3.x): React as
 * `window.React`, and an API to register components with. Only what is used here.
 */

/** What React renders: elements, text, or nothing. */
export type Node = { readonly type: unknown } | string | number | null | readonly Node[];

export type Component<Props> = (props: Props) => Node;

export interface React {
  createElement<Props extends object>(
    type: string | Component<Props>,
    props: (Props & { readonly key?: string | number }) | null,
    ...children: readonly Node[]
  ): Node;
  useState<T>(initial: T): [T, (next: T) => void];
  useEffect(effect: () => (() => void) | undefined, dependencies: readonly unknown[]): void;
}

/** An Application as Argo CD's own API shows it. */
export interface Application {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly project: string };
}

/** The object whose panel is open. */
export interface Resource {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

export interface ResourceProps {
  readonly application: Application;
  readonly resource: Resource;
}

export interface StatusProps {
  readonly application: Application;
  readonly openFlyout: () => void;
}

export interface ExtensionsApi {
  registerResourceExtension(
    component: Component<ResourceProps>,
    group: string,
    kind: string,
    title: string,
    options: { readonly icon: string },
  ): void;
  /** Since 2.10. */
  registerStatusPanelExtension?(
    component: Component<StatusProps>,
    title: string,
    id: string,
    flyout: Component<{ readonly application: Application }>,
  ): void;
}

export interface Host {
  readonly React: React;
  readonly extensionsAPI: ExtensionsApi;
}
