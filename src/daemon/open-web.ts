/** The web server as the settings want it: plain or TLS, open or for those who may. */
import type { Config } from '../config/schema.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import { reviewToken } from '../kubernetes/token-review.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Access } from '../web/access.ts';
import type { Sources } from '../web/routes.ts';
import { createWebServer, type WebServer } from '../web/server.ts';
import type { Releasers } from './releasers.ts';
import { followTlsFiles, readTlsFiles } from './tls-files.ts';

export interface OpenWebOptions {
  readonly config: Config;
  /** For token reviews: whoever leads, each replica is scraped. */
  readonly client: WritingClient;
  readonly logger: Logger;
  readonly sources: Sources;
  readonly monotonic: () => number;
  readonly releasers: Releasers;
}

/** Not listening yet. Rejects with an Error with a sentence when certificate and key cannot be used */
export async function openWeb(options: OpenWebOptions): Promise<WebServer> {
  const { config, client, logger, sources, monotonic, releasers } = options;
  let failing = '';
  const access = new Access({
    metricsAuth: config.metricsAuth,
    pageAuth: config.pageAuth,
    review: async (token, path) => {
      const verdict = await reviewToken(client, token, path);
      failing = '';
      return verdict;
    },
    monotonic,
    onFailure: (error) => {
      // Said once until it works again: every scrape would say it anew.
      const reason = error instanceof Error ? error.message : String(error);
      logger[reason === failing ? 'debug' : 'error'](
        { event: 'access' },
        `a bearer token cannot be checked: ${reason}`,
      );
      failing = reason;
    },
  });
  const tls = readTlsFiles(config);
  const web = createWebServer({ ...sources, logger, access, tls });
  if (tls !== null) {
    const following = followTlsFiles(config, logger, (material) => web.renewTls(material));
    releasers.add('certificate', () => following.close());
  }
  return web;
}
