import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { Context, Directory, DynamoProvider, Secret } from 'xcon';
import { type Plan, planEntries, type StateStore } from 'xcon/entries';
import { writeSessionOf } from '../../../src/providers/write-session';
import { actionsOf, applied, problemsOf } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;

async function start(...args: Parameters<typeof EntriesWorld.start>): Promise<EntriesWorld> {
  here = await EntriesWorld.start(...args);
  return here;
}

afterEach(() => here.close());

const parameter = async (name: string) =>
  (await (await here.world.clients.ssm()).send(new GetParameterCommand({ Name: name, WithDecryption: true })))
    .Parameter;
const secretText = async (name: string) =>
  (await (await here.world.clients.secretsManager()).send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
const tagsOf = async (name: string) =>
  (
    await (
      await here.world.clients.ssm()
    ).send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }))
  ).TagList;

const everything = `entries:
  /orders/{environment}:
    DB_HOST: { ssm: { staging: db.staging.internal, prod: db.prod.internal }, description: The database, tags: { team: orders } }
    DB_POOL_SIZE: 20
    HOSTS: { ssm: [a, b], type: StringList }
    TOKEN: { ssm: { from: env:TOKEN } }
    DB_PASSWORD: { secret: { generate: { length: 32, exclude: '"@/' } }, protect: true }
    API_KEY: { secret: { from: env:API_KEY } }
    LOGIN: { secret: { json: { user: app, password: { generate: { length: 24 } } } } }
    FLAGS: { dynamo: { newCheckout: true, limit: 9007199254740993 } }
  /global/all:
    LOG_LEVEL: { ssm: info }
`;
const variables = { TOKEN: 'a-token', API_KEY: 'an-api-key' };

describe('the three kinds', () => {
  it('make what the file says, and then find nothing to do', async () => {
    await start();

    const report = await here.apply(everything, { reader: { variables } });

    expect(report).toMatchObject({ isComplete: true, diagnostics: [] });
    expect(report.entries).toHaveLength(17);
    expect(await parameter('/orders/prod/DB_HOST')).toMatchObject({
      Type: 'String',
      Value: 'db.prod.internal',
      Version: 1,
    });
    expect(await parameter('/orders/prod/DB_POOL_SIZE')).toMatchObject({ Type: 'String', Value: '20' });
    expect(await parameter('/orders/staging/HOSTS')).toMatchObject({ Type: 'StringList', Value: 'a,b' });
    expect(await parameter('/orders/prod/TOKEN')).toMatchObject({ Type: 'SecureString', Value: 'a-token' });
    expect(await tagsOf('/orders/prod/DB_HOST')).toEqual([
      { Key: 'team', Value: 'orders' },
      { Key: 'xcon:stack', Value: 'orders' },
    ]);
    expect(await secretText('/orders/prod/API_KEY')).toBe('an-api-key');
    expect(await secretText('/orders/prod/DB_PASSWORD')).toMatch(/^[^"@/ ]{32}$/);
    expect(JSON.parse((await secretText('/orders/prod/LOGIN')) ?? '')).toEqual({
      user: 'app',
      password: expect.stringMatching(/^\S{24}$/) as string,
    });
    const [row] = await here.aws.rows('global-all-config');
    // The Python library needs the name and the directory, too: without them it reads nothing of the partition.
    expect(row).toMatchObject({
      name_key: { S: 'FLAGS' },
      real_name: { S: 'FLAGS' },
      real_directory: { S: row?.['app_key']?.S },
      value: { M: { newCheckout: { BOOL: true }, limit: { N: '9007199254740993' } } },
      xcon_stack: { S: 'orders' },
    });
    expect(actionsOf(await here.plan(everything, {}, { variables }))).toEqual([]);
  });

  it('change in place what can be, and leave the rest of an entry as it is', async () => {
    await start();
    await here.apply(everything, { reader: { variables } });
    const password = JSON.parse((await secretText('/orders/prod/LOGIN')) ?? '') as { readonly password: string };
    const changed = everything
      .replace('db.prod.internal', 'db2.prod.internal')
      .replace('team: orders', 'team: platform')
      .replace('user: app', 'user: service')
      .replace('newCheckout: true', 'newCheckout: false');

    const plan = await here.plan(
      changed,
      { environments: ['prod'] },
      { variables: { ...variables, API_KEY: 'another' } },
    );
    const report = await here.apply(changed, { reader: { variables: { ...variables, API_KEY: 'another' } } });

    expect(report.entries.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(actionsOf(plan)).toEqual(
      ['API_KEY', 'DB_HOST', 'FLAGS', 'LOGIN'].map((name) => `update ${kindOf(name)}:/orders/prod/${name}`).sort(),
    );
    expect(await parameter('/orders/prod/DB_HOST')).toMatchObject({ Value: 'db2.prod.internal', Version: 2 });
    const described = await (
      await here.world.clients.ssm()
    ).send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: ['/orders/prod/DB_HOST'] }] }));
    expect(described.Parameters?.[0]?.Description).toBe('The database');
    expect(await tagsOf('/orders/staging/DB_HOST')).toContainEqual({ Key: 'team', Value: 'platform' });
    expect(await secretText('/orders/prod/API_KEY')).toBe('another');
    expect(JSON.parse((await secretText('/orders/prod/LOGIN')) ?? '')).toEqual({
      user: 'service',
      password: password.password,
    });
    expect(actionsOf(await here.plan(changed, {}, { variables: { ...variables, API_KEY: 'another' } }))).toEqual([]);
  });

  it('find drift by version and digest, and set it back', async () => {
    await start();
    await here.apply(everything, { reader: { variables } });
    await (
      await here.world.clients.ssm()
    ).send(new PutParameterCommand({ Name: '/orders/prod/DB_HOST', Value: 'other', Overwrite: true }));
    await (
      await here.world.clients.ssm()
    ).send(new PutParameterCommand({ Name: '/orders/prod/DB_POOL_SIZE', Value: '20', Overwrite: true }));
    await (
      await here.world.clients.secretsManager()
    ).send(new PutSecretValueCommand({ SecretId: '/orders/prod/API_KEY', SecretString: 'stolen' }));
    here.aws.deleteParameter('/orders/prod/HOSTS');

    const plan = await here.plan(everything, {}, { variables });

    const drifted = plan.changes.filter(({ drift }) => drift.length > 0);
    expect(drifted.map(({ action, address: { name }, drift }) => [name, action, drift])).toEqual(
      [
        ['API_KEY', 'update', ['value']],
        ['DB_HOST', 'update', ['value']],
        ['HOSTS', 'create', ['existence']],
      ].sort(),
    );
    await here.apply(everything, { reader: { variables } });
    expect(await parameter('/orders/prod/DB_HOST')).toMatchObject({ Value: 'db.prod.internal' });
    expect(await secretText('/orders/prod/API_KEY')).toBe('an-api-key');
    expect((await here.plan(everything, {}, { variables })).changes.flatMap(({ drift }) => drift)).toEqual([]);
  });

  it('find tags and descriptions that were changed without a new version: of secrets always, of parameters where a plan is thorough', async () => {
    await start();
    const entries = `entries:
  /orders/prod:
    A: { ssm: x, tags: { team: orders } }
    B: { secret: { generate: {} }, description: The key, tags: { team: orders } }
`;
    await here.apply(entries);
    const [ssm, secrets] = [await here.world.clients.ssm(), await here.world.clients.secretsManager()];
    const other = [{ Key: 'team', Value: 'other' }];
    await ssm.send(
      new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: '/orders/prod/A', Tags: other }),
    );
    await secrets.send(new UpdateSecretCommand({ SecretId: '/orders/prod/B', Description: 'by hand' }));
    await secrets.send(new TagResourceCommand({ SecretId: '/orders/prod/B', Tags: other }));

    const quick = await here.plan(entries);
    const thorough = await here.plan(entries, { thorough: true });

    const driftOf = (plan: Plan) => plan.changes.map(({ action, address: { name }, drift }) => [name, action, drift]);
    const ofSecret = ['B', 'update', ['description', 'tags']];
    expect(driftOf(quick)).toEqual([ofSecret, ['A', 'unchanged', []]]);
    expect(driftOf(thorough)).toEqual([ofSecret, ['A', 'update', ['tags']]]);
    expect(thorough.changes[1]?.fields).toEqual([
      { field: 'tags', before: '{"team":"other"}', after: '{"team":"orders"}' },
    ]);
    await here.apply(entries, { request: { thorough: true } });
    expect(await tagsOf('/orders/prod/A')).toContainEqual({ Key: 'team', Value: 'orders' });
    expect(driftOf(await here.plan(entries, { thorough: true }))).toEqual([
      ['B', 'unchanged', []],
      ['A', 'unchanged', []],
    ]);
  });

  it('write rows that writers and the Python library read, and replace those whose time is over', async () => {
    const over = { app_key: '/orders/prod', name_key: 'A', value: 'old', ttl: 1000 };
    await start({ tables: { 'global-all-config': { rows: [over] }, 'global-all-configCache': {} } });

    await here.apply('entries:\n  /orders/prod:\n    A: { dynamo: one }\n');
    await here.apply('entries:\n  /orders/prod:\n    A: { dynamo: two }\n');

    expect(await here.aws.rows('global-all-config')).toEqual([
      {
        ...{ app_key: { S: '/orders/prod' }, name_key: { S: 'A' }, value: { S: 'two' } },
        ...{ real_name: { S: 'A' }, real_directory: { S: '/orders/prod' } },
        ...{ xcon_stack: { S: 'orders' }, xcon_version: { N: '2' } },
      },
    ]);
  });

  it('leave a row alone that changes between the plan and its write, also where its value is data', async () => {
    await start();
    const entries = (on: number): string => `entries:\n  /orders/prod:\n    A: { dynamo: { on: ${on} } }\n`;
    await here.apply(entries(1));
    const writer = await new DynamoProvider().writer(here.world.run(() => writeSessionOf(Context.current())));
    const session = here.session(entries(2));
    let isChanged = false;
    // Between the listing of the second plan and the write.
    const state: StateStore = Object.create(here.state, {
      holder: {
        value: async () => {
          const at = { directory: Directory.literal('/orders/prod'), name: 'A' };
          if (!isChanged) await writer.write(at, { value: { on: 3 } });
          isChanged = true;
          return here.state.holder();
        },
      },
    }) as StateStore;

    const report = await here.world.run(async () => applied(await planEntries(session), { ...session, state }));

    expect(report.entries).toMatchObject([
      { outcome: 'failed', problem: expect.stringContaining('the row has changed since it was read') as string },
    ]);
    expect((await here.aws.rows('global-all-config'))[0]?.['value']).toEqual({ M: { on: { N: '3' } } });
  });

  it('find everything again without a state, by what names the owner', async () => {
    await start();
    await here.apply(everything, { reader: { variables } });
    const password = await secretText('/orders/prod/DB_PASSWORD');
    const lost = { ...here.session(everything), state: await emptyState() };

    const report = await here.apply(everything, { reader: { variables }, state: lost.state });

    expect(report.entries).toEqual([]);
    expect(await secretText('/orders/prod/DB_PASSWORD')).toBe(password);
    expect((await lost.state.load()).size).toBe(17);
    expect(actionsOf(await here.plan('entries: {}\n'))).toHaveLength(15);
  });

  it('keep what exists where a source gives nothing, and create nothing without one', async () => {
    await start();
    await here.apply(everything, { reader: { variables } });

    const kept = await here.plan(everything, {}, { variables: {} });
    expect(actionsOf(kept)).toEqual([]);
    expect(problemsOf(kept)).toContainEqual(expect.stringMatching(/warning: env:TOKEN gives no value/));

    here.aws.deleteParameter('/orders/prod/TOKEN');
    expect(problemsOf(await here.plan(everything, {}, { variables: {} }))).toContainEqual(
      expect.stringMatching(/error: ssm:\/orders\/prod\/TOKEN: env:TOKEN gives no value/),
    );
  });

  it('keep a value that was generated by another rule, say so, and make it anew with a rotation', async () => {
    await start();
    const entries = (length: number) =>
      `entries:\n  /orders/prod:\n    A: { secret: { generate: { length: ${length} } }, description: of ${length} }\n`;
    await here.apply(entries(20));

    const plan = await here.plan(entries(30));
    await here.apply(entries(30));
    expect(plan.changes[0]?.fields.map(({ field }) => field)).toEqual(['description']);
    expect(await secretText('/orders/prod/A')).toHaveLength(20);

    const rotation = await here.plan(entries(30), { rotate: ['A'] });
    expect(rotation.changes).toMatchObject([
      { action: 'update', fields: [{ field: 'value', note: 'generated with apply' }] },
    ]);
    await here.apply(entries(30), { request: { rotate: ['A'] } });
    expect(await secretText('/orders/prod/A')).toHaveLength(30);
  });

  it('ask for a value where there is none, and not again', async () => {
    await start();
    const asked: string[] = [];
    const reader = { ask: (what: string) => Promise.resolve(new Secret(`answer ${asked.push(what)}`)) };
    const entries =
      'entries:\n  /orders/prod:\n    A: { secret: { from: prompt } }\n    B: { ssm: { from: prompt } }\n';

    await here.apply(entries, { reader });
    await here.apply(entries, { reader });

    expect(asked.sort()).toEqual(['secret:/orders/prod/A', 'ssm:/orders/prod/B']);
    const answers = [await secretText('/orders/prod/A'), (await parameter('/orders/prod/B'))?.Value];
    expect(answers.sort()).toEqual(['answer 1', 'answer 2']);
    await here.apply(entries, { reader, request: { rotate: ['A'] } });
    expect(await secretText('/orders/prod/A')).toBe('answer 3');
  });

  it('delete what the stack owns with destroy, secrets with a time to restore them', async () => {
    await start({ ssm: { '/orders/prod/OTHER': 'theirs' } });
    const entries = everything.replace(', protect: true', '');
    await here.apply(entries, { reader: { variables } });

    const report = await here.apply(entries, { reader: { variables }, request: { destroy: true } });

    expect(report).toMatchObject({ isComplete: true });
    await expect(parameter('/orders/prod/DB_HOST')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    expect(await parameter('/orders/prod/OTHER')).toMatchObject({ Value: 'theirs' });
    expect(await here.aws.rows('global-all-config')).toEqual([]);
    const described = await (
      await here.world.clients.secretsManager()
    ).send(new DescribeSecretCommand({ SecretId: '/orders/prod/API_KEY' }));
    expect(described.DeletedDate).toBeInstanceOf(Date);
    expect((await here.state.load()).size).toBe(0);
  });
});

async function emptyState() {
  const { FileState } = await import('xcon/entries');
  return new FileState({ path: `${here.folder}/other/state.json`, stack: 'orders' });
}

function kindOf(name: string): string {
  if (name === 'FLAGS') return 'dynamo';
  return ['API_KEY', 'LOGIN', 'DB_PASSWORD'].includes(name) ? 'secret' : 'ssm';
}

describe('what users of other tools run into', () => {
  it('Terraform aws_ssm_parameter keeps SecureStrings in its state: here no value is in it, nor one that could be guessed', async () => {
    await start();
    const entries = 'entries:\n  /orders/prod:\n    A: { ssm: { from: env:A } }\n    B: { ssm: short }\n';

    await here.apply(entries, { reader: { variables: { A: 'canary-of-a-variable' } } });

    expect((await here.state.load()).size).toBe(2);
    expect(here.stateText).not.toContain('canary-of-a-variable');
    for (const value of ['canary-of-a-variable', 'short'])
      for (const hash of ['sha256', 'sha1', 'md5'])
        for (const form of ['hex', 'base64', 'base64url'] as const)
          expect(here.stateText).not.toContain(createHash(hash).update(value).digest(form).slice(0, 20));
  });

  it('Terraform overwrite is unclear: an existing parameter is never overwritten, and the error says how to adopt it', async () => {
    await start({ ssm: { '/orders/prod/A': 'theirs' } });
    const entries = 'entries:\n  /orders/prod:\n    A: ours\n';

    const plan = await here.plan(entries);

    expect(problemsOf(plan)).toEqual([expect.stringMatching(/it exists, and no stack owns it.*xcon adopt A/s)]);
    await expect(here.apply(entries)).rejects.toMatchObject({ code: 'INVALID_PLAN' });
    expect(await parameter('/orders/prod/A')).toMatchObject({ Value: 'theirs', Version: 1 });
  });

  it('ssm-diff deletes what it does not know: what is not declared and not owned stays', async () => {
    await start({ ssm: { '/orders/prod/OTHER': 'theirs' } });
    await here.apply('entries:\n  /orders/prod:\n    A: 1\n');

    await here.apply('entries: {}\n');

    await expect(parameter('/orders/prod/A')).rejects.toMatchObject({ name: 'ParameterNotFound' });
    expect(await parameter('/orders/prod/OTHER')).toMatchObject({ Value: 'theirs' });
  });

  it('SST secrets are set one by one and in no file: generated, read and typed ones are declared, reviewed and made together', async () => {
    await start();
    const entries =
      'entries:\n  /orders/{environment}:\n    A: { secret: { generate: {} } }\n    B: { secret: { from: env:B } }\n    C: { secret: { from: prompt } }\n';
    const reader = { variables: { B: 'read' }, ask: () => Promise.resolve(new Secret('typed')) };

    const report = await here.apply(entries, { reader });

    expect(report).toMatchObject({ isComplete: true });
    expect([await secretText('/orders/prod/B'), await secretText('/orders/staging/C')]).toEqual(['read', 'typed']);
    expect(await secretText('/orders/prod/A')).not.toBe(await secretText('/orders/staging/A'));
  });

  it('Terraform cannot make a secret again that is scheduled for deletion: it is restored, with its value', async () => {
    await start();
    const entries =
      'entries:\n  /orders/prod:\n    A: { secret: { generate: {} } }\n    B: { secret: { from: env:B } }\n';
    await here.apply(entries, { reader: { variables: { B: 'first' } } });
    const generated = await secretText('/orders/prod/A');
    await here.apply('entries: {}\n');

    const plan = await here.plan(entries, {}, { variables: { B: 'second' } });
    const report = await here.apply(entries, { reader: { variables: { B: 'second' } } });

    expect(plan.changes).toMatchObject([
      { action: 'update', isRestored: true },
      { action: 'update', isRestored: true },
    ]);
    expect(report.isComplete).toBe(true);
    expect([await secretText('/orders/prod/A'), await secretText('/orders/prod/B')]).toEqual([generated, 'second']);
    expect(actionsOf(await here.plan(entries, {}, { variables: { B: 'second' } }))).toEqual([]);
  });

  it('a type that cannot be changed is replaced, and refused where the value would be lost', async () => {
    await start();
    await here.apply('entries:\n  /orders/prod:\n    A: { ssm: "1,2" }\n    B: { ssm: plain }\n');
    const list = 'entries:\n  /orders/prod:\n    A: { ssm: "1,2", type: StringList }\n    B: { ssm: plain }\n';

    await here.apply(list);
    const generated = await here.plan(list.replace('B: { ssm: plain }', 'B: { ssm: { generate: {} } }'));

    expect(await parameter('/orders/prod/A')).toMatchObject({ Type: 'StringList', Value: '1,2' });
    expect(problemsOf(generated)).toEqual([
      expect.stringMatching(/B: its type cannot be changed in place.\n.*"moved", or rotate it/),
    ]);
  });

  it('chamber import stops midway: one entry that fails does not stop the others, and the next apply goes on', async () => {
    await start();
    here.aws.setFaults([{ target: 'PutParameter', body: '/orders/prod/B"', type: 'ParameterLimitExceeded' }]);
    const entries = 'entries:\n  /orders/prod:\n    A: 1\n    B: 2\n    C: 3\n';

    const report = await here.apply(entries);

    expect(report.isComplete).toBe(false);
    expect(report.entries.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      {
        address: { name: 'B' },
        problem: expect.stringMatching(
          /ssm:PutParameter on arn:aws:ssm:\*:\*:parameter\/orders\/prod\/B failed.*10,000 standard parameters/,
        ) as string,
      },
    ]);
    here.aws.setFaults([]);
    expect(actionsOf(await here.plan(entries))).toEqual(['create ssm:/orders/prod/B']);
    expect((await here.apply(entries)).isComplete).toBe(true);
  });

  it.each([
    ['PutParameter', 'A: { ssm: x }'],
    ['CreateSecret', 'A: { secret: { generate: {} } }'],
    ['PutItem', 'A: { dynamo: x }'],
  ])('an answer to %s that is lost is no failure, and makes nothing twice', async (target, entry) => {
    await start();
    here.aws.setFaults([{ target, dropAnswer: true, times: 1 }]);

    const report = await here.apply(`entries:\n  /orders/prod:\n    ${entry}\n`);

    expect(report.isComplete).toBe(true);
    expect(actionsOf(await here.plan(`entries:\n  /orders/prod:\n    ${entry}\n`))).toEqual([]);
    expect(here.aws.calls.count(target)).toBe(2);
  });

  it('a secret that the listing does not have yet is not made again, and gets its value', async () => {
    const owned = { listed: false, tags: { 'xcon:stack': 'orders' } };
    await start({
      secrets: { '/orders/prod/A': { value: 'old', ...owned }, '/orders/prod/B': { value: 'generated', ...owned } },
    });
    const entries =
      'entries:\n  /orders/prod:\n    A: { secret: { from: env:A } }\n    B: { secret: { generate: {} } }\n';

    const report = await here.apply(entries, { reader: { variables: { A: 'new' } } });

    expect(report.isComplete).toBe(true);
    expect([await secretText('/orders/prod/A'), await secretText('/orders/prod/B')]).toEqual(['new', 'generated']);
    expect(actionsOf(await here.plan(entries, {}, { variables: { A: 'new' } }))).toEqual([]);
  });

  it('throttling slows an apply down, and fails nothing', async () => {
    let nowMs = 0;
    await start({}, { clock: () => nowMs, limits: { ssmWritesPerSecond: 3 } });
    const names = Array.from({ length: 12 }, (_, index) => `    A${index}: x\n`);
    const sleep = (ms: number): Promise<void> => {
      nowMs += ms;
      return new Promise((resolve) => setImmediate(resolve));
    };

    const report = await here.apply(`entries:\n  /orders/prod:\n${names.join('')}`, {
      timing: { sleep, random: () => 0.5 },
    });

    expect(report.isComplete).toBe(true);
    expect(here.aws.calls.of('PutParameter').some(({ outcome }) => outcome === 'throttled')).toBe(true);
  });

  it('a permission that is missing is named, with the resource', async () => {
    await start();
    here.aws.setFaults([{ target: 'CreateSecret', type: 'AccessDeniedException', status: 400, message: 'no' }]);

    const report = await here.apply('entries:\n  /orders/prod:\n    A: { secret: { generate: {} } }\n');

    expect(report.entries[0]?.problem).toMatch(
      /allow secretsmanager:CreateSecret on arn:aws:secretsmanager:\*:\*:secret:\/orders\/prod\/A-\?{6}/,
    );
  });

  it('a kind that the file does not have need not be permitted, and one that it has does', async () => {
    await start();
    here.aws.setFaults([{ target: 'ListSecrets', type: 'AccessDeniedException', status: 400, message: 'no' }]);
    const ofParameters = 'entries:\n  /orders/prod:\n    A: 1\n';

    const report = await here.apply(ofParameters);

    expect(report).toMatchObject({ isComplete: true, diagnostics: [] });
    await expect(here.plan(`${ofParameters}    B: { secret: { generate: {} } }\n`)).rejects.toThrow(
      'allow secretsmanager:ListSecrets on *',
    );
  });

  it('a key that may not be used fails the entry it is of, and no other', async () => {
    await start({
      ssm: {
        '/orders/prod/A': { value: 'x', type: 'SecureString', keyDenied: true, tags: { 'xcon:stack': 'orders' } },
      },
    });

    const plan = await here.plan(
      'entries:\n  /orders/prod:\n    A: { ssm: { from: env:A } }\n    B: 1\n',
      {},
      { variables: { A: 'x' } },
    );

    expect(problemsOf(plan)).toEqual([
      expect.stringMatching(/ssm:\/orders\/prod\/A: .*ssm:GetParameters.*\n.*kms:Decrypt/),
    ]);
    expect(actionsOf(plan)).toContain('create ssm:/orders/prod/B');
  });
});

describe('services that run', () => {
  it('see a change at once: the rows of the name are dropped, and the generation is raised', async () => {
    await start();
    const { Config, DynamoCacher, SsmProvider } = await import('xcon');
    const entries = 'entries:\n  /orders/prod:\n    A: first\n  /global/all:\n    B: first\n';
    await here.apply(entries);
    const lookup = (name: string) =>
      here.world.run(async () => {
        const config = new Config({
          service: 'orders',
          environment: 'prod',
          providers: [SsmProvider],
          cacher: DynamoCacher,
        });
        const value = await config.get(name, undefined, { fresh: true });
        await config.flush();
        return value;
      });
    expect([await lookup('A'), await lookup('B')]).toEqual(['first', 'first']);
    const rowsOf = async (name: string) =>
      (await here.aws.rows('global-all-configCache')).filter((row) => row['real_name']?.S === name);
    expect(await rowsOf('a')).toHaveLength(1);

    const report = await here.apply(entries.replaceAll('first', 'second'));

    expect(report.followed).toMatchObject({ partitions: 1, problems: [] });
    expect(report.followed.rows).toBeGreaterThanOrEqual(2);
    expect([await rowsOf('a'), await rowsOf('b')]).toEqual([[], []]);
    expect(await rowsOf('~xcon-gen')).toHaveLength(1);
  });
});
