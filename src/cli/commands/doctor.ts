import { dependencies, engines, version } from '../../../package.json';
import { diagnose, type DiagnosedConfig } from '../../doctor/diagnose';
import { type Check, type Diagnosis } from '../../doctor/diagnosis';
import { type PackageManifest } from '../../doctor/versions';
import { AwsClients, Clock, type Config, Random, XconSettings } from '../../index';
import { type Command } from '../command';
import { exitCodes } from '../exit-codes';
import { type Paint } from '../style';

const paints = { ok: 'green', note: 'yellow', problem: 'red', skipped: 'dim' } as const satisfies Record<
  Check['state'],
  Paint
>;

/** `xcon doctor`: looks for what keeps lookups from finding their settings. */
export const command: Command<Diagnosis> = {
  description:
    'Looks for what keeps a service from finding its settings: versions, region, credentials, clock, endpoints, the permission of ' +
    'each provider in each directory, and the tables. Reads are made as lookups make them, with the credentials of this process: ' +
    'run it with the role of the service. Nothing is changed, and no value is shown.\n\n' +
    'Where permissions are missing, it prints the statements of a policy that grant them.',
  examples: [
    { text: 'Look at everything a service uses', command: 'xcon doctor --service orders --environment prod' },
    {
      text: 'The same with a table of settings, as data',
      command: 'xcon doctor -s orders -e prod --providers env,ssm,dynamo --json',
    },
  ],

  async run(context) {
    const result = await context.progress('Looking', () =>
      context.at({}, (config) => diagnose(diagnosedConfig(config))),
    );
    return { result, exitCode: result.ok ? exitCodes.done : exitCodes.negative };
  },

  renderText({ checks, policy }, style) {
    const rows = groupsOf(checks)
      .flatMap(summed)
      .flatMap(({ state, subject, result, remedy }) => [
        { state, cells: [state, subject, result] },
        ...(remedy === undefined ? [] : [{ state, cells: ['', '', `to do: ${remedy}`] }]),
      ]);
    const table = style.table(
      ['STATE', 'CHECK', 'RESULT'],
      rows.map(({ cells }) => cells),
      (row, column) => (column === 0 ? paints[rows[row]?.state ?? 'ok'] : undefined),
      // Which directory a check is about is what a reader needs most.
      40,
    );
    if (policy === undefined) return table;
    return `${table}\nTo grant what is missing, add to the policy of the caller:\n\n${JSON.stringify(policy, undefined, 2)}\n`;
  },

  renderJson: (diagnosis) => diagnosis,
};

type Line = Pick<Check, 'state' | 'subject' | 'result' | 'remedy'>;

/** Puts checks that stand together for the same thing into groups: the directories of a provider, the clients of the SDK. */
function groupsOf(checks: readonly Check[]): readonly (readonly Check[])[] {
  const groups = new Map<string, Check[]>();
  for (const each of checks) {
    const key = `${each.area} ${firstWord(each)}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

/** Gives one line for a group of which all is well, else a line for each check. */
function summed(group: readonly Check[]): readonly Line[] {
  const [first] = group;
  if (first === undefined || group.length === 1 || group.some(({ state }) => state !== 'ok')) return group.map(lineOf);
  const name = firstWord(first);
  const parts = group.map(({ subject }) => subject.slice(name.length + 1));
  if (first.area === 'runtime') {
    return [
      { state: 'ok', subject: name, result: group.map(({ result }, index) => `${parts[index]} ${result}`).join(', ') },
    ];
  }
  if (first.facts?.['names'] === undefined) return [{ state: 'ok', subject: `use ${name}`, result: parts.join(', ') }];
  const names = group.reduce((sum, { facts }) => sum + Number(facts?.['names']), 0);
  return [{ state: 'ok', subject: `read ${name}`, result: `${group.length} directories, ${names} names` }];
}

function lineOf(check: Check): Line {
  return check.area === 'endpoint' ? { ...check, subject: `endpoint ${check.subject}` } : check;
}

function firstWord({ subject }: Check): string {
  return subject.split(' ', 1)[0] ?? subject;
}

function diagnosedConfig(config: Config): DiagnosedConfig {
  const { resolvedService: service, resolvedEnvironment: environment } = config;
  const [clock, random] = [Clock.grab(), Random.grab()];
  return {
    ...{ service, environment, cacher: config.resolvedCacher, clients: AwsClients.grab() },
    partition: service === 'global' ? undefined : `/${service}/${environment}`,
    directories: config.directoryChain.directories,
    providers: config.providerChain.providers,
    settings: XconSettings.grab().resolve(),
    nowMs: () => clock.nowMs(),
    random: () => random.next(),
    versions: {
      xcon: version,
      node: process.versions.node,
      nodeRange: engines.node,
      sdkRanges: dependencies,
      manifestOf,
    },
  };
}

async function manifestOf(name: string): Promise<PackageManifest> {
  const { createRequire } = await import('node:module');
  return createRequire(__filename)(`${name}/package.json`) as PackageManifest;
}
