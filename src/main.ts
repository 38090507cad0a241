/**
 * The command line: parse, dispatch, exit code. Every command imports what it needs when it runs, so that --help costs
 * next to nothing.
 */
import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { CommandIo } from './commands/io.ts';
import type { Dialect } from './commands/workload-query.ts';
import { flagName, SETTINGS } from './config/settings.ts';
import { VERSION } from './version.ts';

const OUTPUT = '-o, --output <format>';
const CLUSTER_PURPOSE = "of --server: which of the daemon's clusters; in-cluster is that of Argo CD";
const TOKEN_PURPOSE = 'of --server: send the bearer token in this file';
const KUBE_TOKEN_PURPOSE = 'of --server: send the token of your kubeconfig, or of the pod (HTTPS or this machine only)';
const CA_PURPOSE = 'of --server: PEM file of the authority behind its certificate';

/** Runs the command and sets the process's exit code: 0, 1 when --fail-on says so, 2 on bad usage or bad input. */
export async function main(argv: readonly string[]): Promise<void> {
  endOnBrokenPipe();
  const io = processIo();
  try {
    const program = describeCommands(io, dialectOf(argv), (code) => {
      process.exitCode = code;
    });
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = explain(error, io);
  }
}

/** kubectl runs `kubectl-tugwatch …` from the PATH for `kubectl tugwatch …`, whatever the file behind the link is called. */
function dialectOf(argv: readonly string[]): Dialect {
  return /^kubectl-tugwatch(\.js)?$/.test(basename(argv[1] ?? '')) ? 'kubectl' : 'tugwatch';
}

function describeCommands(io: CommandIo, dialect: Dialect, exitWith: (code: number) => void): Command {
  const name = dialect === 'kubectl' ? 'kubectl tugwatch' : 'tugwatch';
  const [workloadUsage, namespaceUsage] =
    dialect === 'kubectl'
      ? ['KIND/NAME, KIND NAME or NAME', 'namespace, in place of that of the context']
      : ['NAMESPACE/NAME, or KIND/NAME with -n', 'namespace of KIND/NAME'];
  const program = new Command(name)
    .description('Tells on-call who is fighting over a Kubernetes workload, and how to end it.')
    .version(VERSION)
    .showHelpAfterError(`(${name} --help shows the commands and their options)`)
    .exitOverride();

  program
    .command('replay')
    .description('run the detector over recordings, in their own time')
    .argument('<file...>', '.ndjson, .ndjson.gz or - for standard input; several files are parts of one stream')
    .option(OUTPUT, 'text, json or html (an incident report, one file)', 'text')
    .option('--fail-on <level>', 'exit with 1 on: confirmed, suspected (both also of what is over by the end), risk')
    .action(async (files: string[], flags) =>
      exitWith(await (await import('./commands/replay.ts')).replay(files, flags, io)),
    );

  const run = program
    .command('run')
    .description('watch a cluster and serve verdicts, metrics and the status page, until SIGTERM')
    .option('--config <file>', 'YAML file with settings (docs/configuration.md)');
  for (const [key, purpose] of Object.entries(SETTINGS)) run.option(`${flagName(key)} <value>`, purpose);
  run.action(async (flags) => exitWith(await (await import('./commands/run.ts')).run(flags, io)));

  program
    .command('demo')
    .description('start an embedded cluster with a fight in it, and the daemon against it')
    .option('--port <number>', 'port of the status page (default 8080, or a free one)')
    .option('--once', 'end when the first conflict is confirmed, and print the report')
    .option('--end', 'end the fight after a while, as the remedy says, and see it resolved')
    .option(OUTPUT, 'of --once: text or json (text on a terminal, json in a pipe)')
    .option('--write-kubeconfig <file>', 'write a kubeconfig of the embedded cluster, for kubectl')
    .option('--log-level <level>', SETTINGS.logLevel)
    .action(async (flags) => exitWith(await (await import('./commands/demo.ts')).demo(flags, io)));

  program
    .command('record')
    .description('record the watched streams of a live cluster, for replay; Secrets and env values never')
    .requiredOption('-o, --output <file>', 'file to write: .ndjson or .ndjson.gz')
    .option('--duration <time>', 'end after this long, such as 15m; without it Ctrl-C ends it')
    .option('-n, --namespace <name>', 'workloads of this namespace only')
    .option('--kubeconfig <file>', SETTINGS.kubeconfig)
    .option('--context <name>', SETTINGS.context)
    .action(async (flags) => exitWith(await (await import('./commands/record.ts')).record(flags, io)));

  program
    .command('audit')
    .description('find the next fight before it starts: in manifests, or without a file in the live cluster')
    .argument('[path...]', 'files, folders or - for standard input: YAML or JSON, rendered Helm or kustomize')
    .option(OUTPUT, 'text, json, sarif or junit', 'text')
    .option('--fail-on <level>', 'exit with 1 on: risk')
    .option('--verbose', 'also list what is safe, and why')
    .option('--strict', 'exit with 2 when a manifest is not valid')
    .option('-n, --namespace <name>', 'workloads of this namespace only')
    .option('--kubeconfig <file>', SETTINGS.kubeconfig)
    .option('--context <name>', SETTINGS.context)
    .action(async (paths: string[], flags) =>
      exitWith(await (await import('./commands/audit.ts')).audit(paths, flags, io)),
    );

  program
    .command('why')
    .description('explain one workload: who wrote which field when, the verdict, the remedy')
    .argument('<workload...>', workloadUsage)
    .option('-n, --namespace <name>', namespaceUsage)
    .option('-w, --watch', 'follow: each write, verdict, notice and risk as it comes, until Ctrl-C')
    .option('--server <url>', 'ask this running daemon, such as http://localhost:8080')
    .option('--cluster <name>', CLUSTER_PURPOSE)
    .option('--token-file <file>', TOKEN_PURPOSE)
    .option('--kube-token', KUBE_TOKEN_PURPOSE)
    .option('--certificate-authority <file>', CA_PURPOSE)
    .option(OUTPUT, 'text or json', 'text')
    .option('--kubeconfig <file>', SETTINGS.kubeconfig)
    .option('--context <name>', SETTINGS.context)
    .action(async (workload: string[], flags) =>
      exitWith(await (await import('./commands/why.ts')).why(workload, flags, io, dialect)),
    );

  program
    .command('test-message')
    .description('send a made-up message to one receiver of the configuration, to see that it comes')
    .requiredOption('--config <file>', 'YAML file with the receivers (docs/messages.md)')
    .requiredOption('--receiver <name>', 'which of them')
    .option('--occasion <kind>', 'confirmed, escalated, half-fixed or resolved (default confirmed)')
    .option('--dry-run', 'print the body, and send nothing')
    .action(async (flags) => exitWith(await (await import('./commands/test-message.ts')).testMessage(flags, io)));

  program
    .command('fix')
    .description('print the remedy for one workload; with --apply carry out its first step, under guards')
    .argument('<workload...>', workloadUsage)
    .option('-n, --namespace <name>', namespaceUsage)
    .option('--apply', 'show the change, ask, and make it')
    .option('--yes', 'with --apply: do not ask')
    .option('--server <url>', 'go by what this running daemon knows, such as http://localhost:8080')
    .option('--cluster <name>', CLUSTER_PURPOSE)
    .option('--token-file <file>', TOKEN_PURPOSE)
    .option('--kube-token', KUBE_TOKEN_PURPOSE)
    .option('--certificate-authority <file>', CA_PURPOSE)
    .option(OUTPUT, 'text or json', 'text')
    .option('--kubeconfig <file>', SETTINGS.kubeconfig)
    .option('--context <name>', SETTINGS.context)
    .action(async (workload: string[], flags) =>
      exitWith(await (await import('./commands/fix.ts')).fix(workload, flags, io, dialect)),
    );

  return program;
}

function processIo(): CommandIo {
  /** A command that asked for the signal puts its things away by itself. */
  let graceful = false;
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // A second Ctrl-C, or a command that has nothing to put away: end at once, with the code a shell expects.
      if (interrupted.signal.aborted || !graceful) process.exit(name === 'SIGINT' ? 130 : 143);
      interrupted.abort();
    });
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    get signal() {
      graceful = true;
      return interrupted.signal;
    },
    onHangup: (listener) => {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
  };
}

/** `tugwatch replay … | head` closes our stdout: that is no error of ours. */
function endOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** Errors that carry a sentence for the user, by name; anything else is a defect of ours and shows its stack. */
const EXPECTED = new Set([
  'UsageError',
  'RecordingError',
  'KubeConfigError',
  'KubeRequestError',
  'ManifestInputError',
  'ConfigError',
]);

function explain(error: unknown, io: CommandIo): number {
  if (error instanceof CommanderError) {
    // commander has printed its sentence already; help and version are no errors.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof Error && (EXPECTED.has(error.name) || EXPECTED.has(error.constructor.name))) {
    io.stderr.write(`tugwatch: ${error.message}\n`);
    return 2;
  }
  io.stderr.write(
    `tugwatch: this is a defect, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 2;
}
