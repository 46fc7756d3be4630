import { GetSecretValueCommand, ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { actionsOf } from '../sessions';
import { BuiltCommand } from '../../cli/built-command';
import { BuiltRun } from './built-run';

const head = 'service: orders\nenvironments: [prod]\nentries:\n  /orders/{environment}:\n';
const kept = '    KEPT: { secret: { generate: { length: 32 } } }\n    PIN: { ssm: { generate: { length: 20 } } }\n';
const before = `${head}${kept}    HOST: { ssm: db.prod, description: The database }
    LIST: { ssm: "a,b" }
    SOURCE: { ssm: plain }
    GONE: { ssm: x }
    OLD: { secret: { generate: { length: 32 } } }
    FLAGS: { dynamo: { fast: true } }
    ROW: { dynamo: 1 }
`;
/** Creates, updates, replaces with and without the value, deletes, moves, generates and rotates, of each kind. */
const after = `${head}${kept}    HOST: { ssm: db2.prod, description: The database }
    LIST: { ssm: "a,b", type: StringList }
    SOURCE: { ssm: { from: env:TOKEN } }
    MADE: { ssm: made }
    NEW: { secret: { generate: { length: 32 } } }
    LOGIN: { secret: { json: { user: app, password: { generate: { length: 24 } } } } }
    FLAGS: { dynamo: { fast: false } }
    FRESH: { dynamo: [1] }
moved: [{ from: /orders/prod/OLD, to: /orders/prod/NEW }]
`;
const adopted = `${head}    HOST: { ssm: theirs }\n    KEY: { secret: { from: env:TOKEN } }\n    ROW: { dynamo: 1 }\n`;
const owned = `${head}    KEPT: { secret: { generate: {} } }\n    HOST: { ssm: x }\n    ROW: { dynamo: 1 }\n`;
const token = 'canary-of-the-source';
const fast = ['--rate', '1000'];
/** More requests than one of these commands makes. */
const mostRequests = 120;

let built: BuiltCommand;

beforeAll(() => {
  built = new BuiltCommand();
});
afterAll(() => built.remove());

interface Made {
  /** Value, version and owner. */
  readonly parameters: Readonly<Record<string, readonly [value: unknown, version: unknown, owner: unknown]>>;
  /** Value and number of versions; those that are scheduled for deletion are absent. */
  readonly secrets: Readonly<Record<string, readonly [value: string, versions: number]>>;
  readonly rows: Readonly<Record<string, unknown>>;
}

/** What the services have. */
async function made({ aws, clients }: BuiltRun): Promise<Made> {
  const [ssm, manager] = [await clients.ssm(), await clients.secretsManager()];
  const { Parameters: found = [] } = await ssm.send(
    new GetParametersByPathCommand({ Path: '/orders/prod', WithDecryption: true }),
  );
  const { Parameters: owned = [] } = await ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [{ Key: 'tag:xcon:stack', Values: ['orders'] }] }),
  );
  const owners = new Set(owned.map(({ Name: name }) => name));
  const parameters = found.map(({ Name: name = '', Value: value, Version: version }) => {
    return [name.slice(13), [value, version, owners.has(name) ? 'orders' : undefined]] as const;
  });
  const secrets: Record<string, readonly [string, number]> = {};
  for (const name of ['KEPT', 'OLD', 'NEW', 'LOGIN', 'KEY']) {
    const id = { SecretId: `/orders/prod/${name}` };
    const value = await manager.send(new GetSecretValueCommand(id)).catch(() => undefined);
    if (value === undefined) continue;
    const { Versions: versions = [] } = await manager.send(
      new ListSecretVersionIdsCommand({ ...id, IncludeDeprecated: true }),
    );
    secrets[name] = [value.SecretString ?? '', versions.length];
  }
  const rows = (await aws.rows('global-all-config')).map((row) => [row['name_key']?.S ?? '', row['value']] as const);
  return { parameters: Object.fromEntries(parameters), secrets, rows: Object.fromEntries(rows) };
}

interface KillCase {
  readonly args: readonly string[];
  readonly file: string;
  /** Makes what is there before the command. */
  readonly prepare: (run: BuiltRun) => Promise<void>;
  /** Whether the source is gone when the command is run again. */
  readonly isSourceGone?: (there: Made) => boolean;
  readonly expectMade: (there: Made, former: Made) => void;
  /** What the next plan does. Default: nothing. */
  readonly planned?: readonly string[];
}

/**
 * Kills the command behind each of its requests in turn, runs it again, and looks at what there is.
 *
 * @returns How often it was killed.
 */
async function killAtEachRequest(each: KillCase): Promise<number> {
  const { args, expectMade, file, isSourceGone, planned = [], prepare } = each;
  for (let at = 1; at <= mostRequests; at += 1) {
    const run = await BuiltRun.start(built);
    try {
      await prepare(run);
      run.write(file);
      const former = await made(run);
      let count = 0;
      const first = run.start(args, { TOKEN: token });
      run.onCall = () => {
        count += 1;
        if (count === at) first.child.kill('SIGKILL');
      };
      const killed = await first.ended;
      run.onCall = () => undefined;
      if (killed.code === 0) return at - 1;
      const source = isSourceGone?.(await made(run)) === true ? {} : { TOKEN: token };

      const again = await run.start(args, source).ended;

      expect({ at, first: killed.code, second: again.code, output: again.output }).toEqual({
        ...{ at, first: 'SIGKILL', second: 0 },
        output: expect.not.stringContaining(token) as string,
      });
      const there = await made(run);
      try {
        expectMade(there, former);
        const plan = await run.plan(file);
        expect([actionsOf(plan), plan.changes.flatMap(({ drift }) => drift)]).toEqual([planned, []]);
      } catch (error) {
        throw new Error(`Killed behind request ${at}: ${(error as Error).message}`, { cause: error });
      }
      for (const secret of [token, there.secrets['NEW']?.[0], there.secrets['KEPT']?.[0]])
        if (secret !== undefined) expect(run.state).not.toContain(secret);
      expect(run.state).not.toMatch(/"isUnfollowed": true|"replacing"/);
    } finally {
      await run.close();
    }
  }
  throw new Error(`There are more than ${mostRequests} requests.`);
}

const longTest = 900_000;

it(
  'an apply with every kind of change that is killed behind any request is ended by the next: nothing is lost, nothing made twice',
  async () => {
    const cases = await killAtEachRequest({
      args: ['apply', '--yes', '--allow-delete', '--allow-many-deletions', '--rotate', 'PIN', ...fast],
      file: after,
      prepare: (run) => run.apply(before),
      // Between the deletion of a replacement and its creation, the state alone has what is needed.
      isSourceGone: ({ parameters }) => parameters['SOURCE'] === undefined,
      expectMade: (there, former) => {
        const { PIN: pin, ...parameters } = there.parameters;
        expect(parameters).toEqual({
          HOST: ['db2.prod', 2, 'orders'],
          LIST: ['a,b', 1, 'orders'],
          SOURCE: [token, 1, 'orders'],
          MADE: ['made', 1, 'orders'],
        });
        // A rotation that was asked for twice may be done twice.
        expect(pin).toEqual([expect.stringMatching(/^\S{20}$/), expect.any(Number), 'orders']);
        expect(pin?.[0]).not.toBe(former.parameters['PIN']?.[0]);
        expect([2, 3]).toContain(pin?.[1]);
        expect(there.secrets).toEqual({
          KEPT: former.secrets['KEPT'],
          NEW: [former.secrets['OLD']?.[0], 1],
          LOGIN: [expect.stringMatching(/^{"user":"app","password":"\S{24,}"}$/), 1],
        });
        expect(there.rows).toEqual({ FLAGS: { M: { fast: { BOOL: false } } }, FRESH: { L: [{ N: '1' }] } });
      },
    });

    expect(cases).toBeGreaterThan(25);
  },
  longTest,
);

it(
  'an adoption that is killed behind any request is ended by the next, and writes no value',
  async () => {
    const cases = await killAtEachRequest({
      args: ['adopt', 'HOST', 'KEY', 'ROW', '--yes'],
      file: adopted,
      prepare: (run) =>
        run.aws.seed({
          ssm: { '/orders/prod/HOST': 'theirs' },
          secrets: { '/orders/prod/KEY': token },
          tables: { 'global-all-config': { rows: [{ app_key: '/orders/prod', name_key: 'ROW', value: 1 }] } },
        }),
      expectMade: (there) =>
        expect(there).toEqual({
          parameters: { HOST: ['theirs', 1, 'orders'] },
          secrets: { KEY: [token, 1] },
          rows: { ROW: { N: '1' } },
        }),
    });

    expect(cases).toBeGreaterThan(8);
  },
  longTest,
);

it(
  'a destroy that is killed behind any request is ended by the next, and leaves what others own',
  async () => {
    const cases = await killAtEachRequest({
      args: ['destroy', '--yes', '--allow-delete', ...fast],
      file: owned,
      prepare: async (run) => {
        await run.aws.seed({ ssm: { '/orders/prod/OTHER': 'theirs' } });
        await run.apply(owned);
      },
      planned: ['create dynamo:/orders/prod/ROW', 'update secret:/orders/prod/KEPT', 'create ssm:/orders/prod/HOST'],
      expectMade: (there) =>
        expect(there).toEqual({ parameters: { OTHER: ['theirs', 1, undefined] }, secrets: {}, rows: {} }),
    });

    expect(cases).toBeGreaterThan(8);
  },
  longTest,
);
