/**
 * The daemon: the one place that builds it out of its parts, and takes it down in reverse order. It is given its source
 * (a live cluster, whichever) and its clock, and does not know which they are.
 */
import type { Config } from '../config/schema.ts';
import { Engine } from '../engine.ts';
import type { WritingClient } from '../kubernetes/client.ts';
import { LazyJqEngine } from '../kubernetes/jq-engine.ts';
import type { Environment } from '../kubernetes/kubeconfig.ts';
import { systemTimers, type Timers } from '../kubernetes/timers.ts';
import { localOr, oneOf } from '../model/destinations.ts';
import type { Observation } from '../model/observations.ts';
import { holdsOf } from '../model/shard.ts';
import type { NoticeKind } from '../model/verdicts.ts';
import { openOutlets } from '../outlets/open-outlets.ts';
import type { Remediator } from '../remediation/remediator.ts';
import type { Report } from '../report/schema.ts';
import { durationLabel } from '../report/words.ts';
import { assessLiveness, assessReadiness, createLagMeter } from '../telemetry/health.ts';
import { logHeal, logNotice, logTransition } from '../telemetry/log-events.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { REVISION, VERSION } from '../version.ts';
import type { CheckpointKeeper } from './checkpoint-keeper.ts';
import { CheckpointSections } from './checkpoint-sections.ts';
import { type ConfigOrigin, ConfigReload } from './config-reload.ts';
import { Estate, type Spoke } from './estate.ts';
import { type FirstLists, holdUntilListed } from './first-lists.ts';
import { letHelpersGiveWay } from './helper-threads.ts';
import { Interregnum } from './interregnum.ts';
import { joinElection } from './join-election.ts';
import { ALONE, type Leadership } from './leadership.ts';
import { leadingClient } from './leading-client.ts';
import { compactHeap } from './lean-heap.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import type { Outlet, OutletContext } from './outlet.ts';
import { createPaced, createUpkept } from './paced.ts';
import { logReleaseFailure, Releasers } from './releasers.ts';
import { RemediationSwitch } from './remediation-switch.ts';
import { schedule } from './schedule.ts';
import { elsewhereSentence, leaderSentence, logAudit, readySentence, startedSentence } from './sentences.ts';
import { shardedConfig } from './sharding.ts';
import { createStandstillWatch } from './standstill.ts';
import { steadyTimers } from './steady-clock.ts';
import { Tenure } from './tenure.ts';
import { createWatchLog } from './watch-log.ts';

/** Verdicts by the passing of time are looked at this often. */
const TICK_MS = 1_000;
/** While somebody asks for reports or metrics, risks are looked for this often at most. */
const AUDIT_FRESH_MS = 15_000;
/** Hold a fresh list against the watches this often, to prove that they lose nothing. */
const RELIST_SCHEDULE = '*/20 * * * *';
/** Verdicts wait this long at most for kinds that are slow to be listed at the start: pages of a large cluster take time. */
const HOLD_MS = 60_000;
/** Ticks that come this late mean that the process stood still. */
const STANDSTILL_MS = 20_000;
/** SIGTERM must be over within ten seconds; each part gets its share. */
const RELEASE_MS = 2_500;
/** Giving the Lease up is a courtesy: it expires by itself. */
const LEASE_MS = 1_000;

export interface DaemonOptions {
  readonly config: Config;
  /** Where the configuration came from, to be read again when it changes. */
  readonly configOrigin?: ConfigOrigin | undefined;
  readonly client: WritingClient;
  /** Clusters that Argo CD deploys into from the cluster of `client`; none when absent. */
  readonly spokes?: readonly Spoke[];
  readonly logger: Logger;
  readonly timers?: Timers;
  /** Tells whether this is a pod, and which; {} when absent: it is none. */
  readonly env?: Environment;
  readonly onObservation?: (observation: Observation) => void;
}

export interface Daemon {
  /** Where the page is, http://…. */
  readonly address: string;
  /** Every mandatory kind is listed. */
  whenReady(): Promise<void>;
  report(): Report;
  /** Reads the configuration file again, now. Never throws: a file that is wrong is told of in the log. */
  reloadConfig(): void;
  readonly engine: Engine;
  /** null: remedies are only suggested. */
  readonly remediator: Remediator | null;
  /** Rejects when the daemon cannot go on; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts watching and serving. @throws Error with a sentence when the port cannot be had */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { client, logger, env = {}, spokes = [] } = options;
  const { shard, config } = shardedConfig(options.config, env);
  const holds = holdsOf(shard);
  const releasers = new Releasers();
  const stop = () => releasers.releaseAll(RELEASE_MS, logReleaseFailure(logger));

  const timers = steadyTimers(options.timers ?? systemTimers);
  const monotonic = () => timers.monotonic();
  const notices: Partial<Record<NoticeKind, number>> = {};
  let checkpoint: CheckpointKeeper | null = null;
  const observe = (observation: Observation) => {
    if (observation.type === 'transition') {
      checkpoint?.soon();
      recentReport.outdate();
      logTransition(logger, observation.transition, engine.pipeline.remedyFor(observation.transition.conflict));
    } else if (observation.type === 'notice') {
      notices[observation.notice.kind] = (notices[observation.notice.kind] ?? 0) + 1;
      logNotice(logger, observation.notice);
    } else logHeal(logger, observation.heal);
    hand(observation);
    interregnum.observe(observation);
    options.onObservation?.(observation);
  };

  const estate = new Estate({
    client,
    spokes,
    namespace: config.namespace,
    argocdNamespace: config.argocdNamespace,
    holds,
    timers,
    observe: () => createWatchLog(logger, monotonic),
    warn: (message) => logger.warn({ event: 'watch' }, message),
  });
  // A defect of ours: whoever runs the daemon is told, and it is taken down in order.
  const broken = Promise.withResolvers<never>();
  const engine = new Engine({
    jq: new LazyJqEngine(),
    clusterOf: oneOf(localOr([client.server, ...config.localDestinations]), spokes),
    holds,
    requestLens: (request) => estate.requestLens(request),
    onObservation: observe,
    onFailure: broken.reject,
  });
  const elector = joinElection({ config, client, env, timers: options.timers ?? systemTimers, logger });
  const leadership: Leadership =
    elector === null
      ? ALONE
      : new Tenure({
          elector,
          takeOver: async () => checkpoint?.takeOver(),
          tell: (leads) => logger.info({ event: 'leader', leads }, leaderSentence(leads, elector.identity)),
        });
  const outlets: Outlet[] = [];
  const hand = (observation: Observation) => {
    for (const outlet of outlets) outlet.observe(observation);
  };
  const context: OutletContext = {
    config,
    client: leadingClient(client, leadership),
    logger,
    engine,
    now: () => timers.now(),
    timers,
    leadership,
    untold: (tell) => interregnum.keep(tell),
    persist: async () => (await checkpoint?.save()) ?? false,
  };
  const remediation = new RemediationSwitch(context);
  await remediation.take(config);
  const telling = await openOutlets(context);
  outlets.push(remediation, ...telling.outlets);
  // After the outlets: each is told that it leads before it is handed what nobody has told.
  const lastSign = () => elector?.lastSign ?? Number.NEGATIVE_INFINITY;
  const interregnum = new Interregnum({
    leadership,
    lastSign,
    monotonic,
    isTold: (one) => checkpoint?.knewBefore(one) ?? false,
    hand,
  });
  const sections = new CheckpointSections((message) => logger.warn({ event: 'checkpoint' }, message));
  for (const outlet of outlets) for (const section of outlet.sections ?? []) sections.add(section);

  const heedStandstill = createStandstillWatch(monotonic, STANDSTILL_MS, (stoodMs) => {
    const reason = `this process stood still for ${durationLabel(stoodMs / 1000)}`;
    logger.warn({ event: 'standstill', ms: Math.round(stoodMs) }, `${reason}: nothing is concluded from that silence`);
    estate.distrust(reason);
  });
  const advance = () => {
    heedStandstill();
    const now = timers.now();
    engine.advance(now);
    return now;
  };
  const audit = createUpkept(() => engine.pipeline.auditing({ tellSafe: false }), monotonic, AUDIT_FRESH_MS);
  const report = () => {
    advance();
    return engine.pipeline.report(audit.last(), { health: { watches: estate.health(), skippedLines: 0, shard } });
  };
  const recentReport = createPaced(report, monotonic);

  let { externalUrl } = config;
  const reload = new ConfigReload({
    initial: options.config,
    origin: options.configOrigin,
    logger,
    now: () => timers.now(),
    check: (next) => telling.check(next),
    apply: (next, taken) => {
      externalUrl = next.externalUrl;
      logger.level = next.logLevel;
      metrics.limitSeries(next.seriesLimit);
      if (taken.includes('auditSchedule')) auditTask.move(next.auditSchedule);
      remediation.take(next).catch(broken.reject);
      if (taken.includes('receivers') || taken.includes('externalUrl')) telling.take(next);
    },
  });
  const metrics = createMetrics({
    version: VERSION,
    revision: REVISION,
    seriesLimit: config.seriesLimit,
    config: () => reload.status(),
    externalUrl: () => externalUrl,
    leads: () => leadership.leads(),
    shard,
    processMetrics: true,
    snapshot: () => {
      const now = advance();
      return {
        now,
        contested: engine.pipeline.detector.contestedCounts(),
        syncs: (application) => engine.pipeline.detector.syncsOf(application),
        risks: audit.last().risks,
        notices,
        watches: estate.health(),
        skippedLines: 0,
        telling: telling.stats(),
        elsewhere: engine.pipeline.model.applicationsElsewhere().length,
        drops: { ...engine.pipeline.detector.drops(), ...web.drops() },
      };
    },
    onError: (family, error) =>
      logger.error({ event: 'metrics', err: error }, `metric ${family} could not be computed`),
  });

  let lists: FirstLists | null = null;
  // What runs by now and has its turn among the releasers only below must not keep a failed start from ending.
  const refuse = async (error: unknown): Promise<never> => {
    lists?.giveUp();
    releasers.add('watches', () => estate.stop());
    for (const outlet of outlets) releasers.add(outlet.name, () => outlet.stop());
    checkpoint?.abandon();
    await stop();
    throw error;
  };
  // Before the first scrape can come: a restart must not look like an end.
  const keeping = { engine, clusters: estate.spokes, sections, logger, timers, leadership };
  checkpoint = await openCheckpoint(config, context.client, env, keeping).catch(refuse);
  const lag = createLagMeter();
  releasers.add('event loop meter', () => lag.close());
  const sources = {
    snapshot: () => recentReport.recent(),
    metrics: () => metrics.render(),
    health: { readiness: () => assessReadiness(estate.hub.health()), liveness: () => assessLiveness(lag.read()) },
  };
  // From here on the API server has work to do, while there is still some to do here: the web server has to be compiled.
  lists = holdUntilListed(estate, engine, HOLD_MS);
  lists.all.catch(broken.reject);
  const running = estate.run((change) => {
    heedStandstill();
    engine.take(change);
  });
  const ended = Promise.race([running, broken.promise]);
  ended.catch(() => {});
  const { openWeb } = await import('./open-web.ts');
  const web = await openWeb({ config, client, logger, sources, monotonic, releasers }).catch(refuse);
  const address = await web.listen(config.port, config.host).catch(refuse);
  releasers.add('web server', () => web.close());

  // In this order: what is written last is written by a leader.
  if (elector !== null) releasers.add('leader election', () => elector.release(LEASE_MS));
  releasers.add('checkpoint', (overdue) => checkpoint?.close(overdue));

  const ticker = setInterval(() => {
    try {
      advance();
      audit.upkeep().catch(broken.reject);
    } catch (error) {
      broken.reject(error);
    }
  }, TICK_MS);
  releasers.add('ticker', () => clearInterval(ticker));

  releasers.add('first lists', () => lists.giveUp());
  releasers.add('watches', () => estate.stop());
  for (const outlet of outlets) releasers.add(outlet.name, () => outlet.stop());

  const auditTask = schedule('audit', config.auditSchedule, logger, async () => logAudit(logger, await audit.anew()));
  releasers.add('audit schedule', () => auditTask.destroy());
  const relistTask = schedule('relist', RELIST_SCHEDULE, logger, async () => {
    const corrections = await estate.requestRelist();
    if (corrections > 0)
      logger.error(
        { event: 'corrections', corrections },
        `a fresh list showed ${corrections} facts that the watches had not told`,
      );
  });
  releasers.add('relist schedule', () => relistTask.destroy());
  reload.start();
  releasers.add('configuration', () => reload.close());

  const begun = Promise.all([estate.hub.whenReady(), lists.hub]).then(async () => {
    logger.info(
      {
        event: 'ready',
        workloads: engine.pipeline.model.workloads.size,
        applications: engine.pipeline.model.applications.size,
      },
      readySentence(engine),
    );
    const elsewhere = elsewhereSentence(engine);
    if (elsewhere !== null) logger.info({ event: 'elsewhere' }, elsewhere);
    logAudit(logger, await audit.anew());
    compactHeap();
    // Not sooner: while the first lists come in, the heap would grow faster than they look through it.
    letHelpersGiveWay();
    // Whoever sees nothing yet leaves the Lease to those who do.
    elector?.run().catch(broken.reject);
  });
  begun.catch(broken.reject);
  logger.info(
    { event: 'started', address, server: client.server, ...(spokes.length === 0 ? {} : { clusters: estate.spokes }) },
    startedSentence(VERSION, client.server, spokes, address),
  );
  return {
    address,
    whenReady: () => estate.hub.whenReady(),
    report,
    reloadConfig: () => void reload.reload(),
    engine,
    get remediator() {
      return remediation.remediator;
    },
    ended,
    stop,
  };
}
