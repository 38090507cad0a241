/** Workload clusters beside the one that Argo CD runs in: the list `clusters` of the configuration file (docs/clusters.md). */
import { z } from 'zod';

const cluster = z.strictObject({
  /** As Argo CD calls it (`destination.name`); also the name in reports, metrics and commands. */
  name: z
    .string()
    .regex(/^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/, 'use small letters, digits, dots and dashes, such as prod-eu')
    .refine((name) => name !== 'in-cluster', "in-cluster is Argo CD's own cluster, which is watched anyway"),
  /** As Applications name it (`destination.server`), where that is not the server of the kubeconfig. */
  server: z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'use the URL that Applications have as server')
    .optional(),
  kubeconfig: z.string().min(1, 'name a file'),
  context: z.string().min(1, 'name a context, or leave it out').optional(),
});

export const clustersSchema = z
  .array(cluster, 'use a list of clusters, as docs/clusters.md shows')
  .superRefine((clusters, context) => {
    for (const key of ['name', 'server'] as const) {
      const values = clusters.map((each) => each[key]?.replace(/\/+$/, '')).filter((value) => value !== undefined);
      const twice = values.find((value, index) => values.indexOf(value) !== index);
      if (twice !== undefined)
        context.addIssue({ code: 'custom', message: `two clusters have the ${key} ${twice}: give each its own` });
    }
  })
  .default([]);

export type WorkloadCluster = z.infer<typeof cluster>;
