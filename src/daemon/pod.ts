/** The pod that this process runs in, if it runs in one. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Environment } from '../kubernetes/kubeconfig.ts';

/** Mounted into every pod beside its token (kubernetes plugin/pkg/admission/serviceaccount). */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

export interface Pod {
  /** POD_NAME, else the name of the host, which in a pod is the pod's. */
  readonly name: string;
  /** POD_NAMESPACE, else that of the service account; '' outside a pod. */
  readonly namespace: string;
  /** The kubelet started this process. */
  readonly isPod: boolean;
}

/** `root`: prefix of the path under which the namespace is mounted. */
export function readPod(env: Environment, root = ''): Pod {
  const isPod = Boolean(env['KUBERNETES_SERVICE_HOST']);
  return {
    name: env['POD_NAME'] || hostname(),
    namespace: env['POD_NAMESPACE'] || (isPod ? readNamespace(root + NAMESPACE_FILE) : ''),
    isPod,
  };
}

function readNamespace(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
