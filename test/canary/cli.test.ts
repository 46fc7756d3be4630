import { commands } from '../../src/cli/commands';
import { exitCodes } from '../../src/cli/exit-codes';
import { type LocalAws, type LocalAwsFault, startLocalAws } from '../../src/testing';
import { folderWith, xcon } from '../cli/run-xcon';
import { patientVariables } from '../setup/patience';

/** In every secret value of this world; no command may show it unless --reveal is given. */
const canary = 'kanarienvogel';

/** Command lines of a command, beyond its name alone and its help. Those that write have something to write in this world. */
const lines: Readonly<Record<string, readonly string[]>> = {
  get: ['DB_PASSWORD', 'SMTP_URL API_KEY DB_HOST NO_SUCH', 'DB_URL --raw', 'LOGIN'],
  list: ['--all', '--variables', '--names'],
  explain: ['--all', 'DB_PASSWORD API_KEY DB_URL LOGIN', '--all --html page.html'],
  run: ['--only NO_SUCH -- x', '-- no-such-program', '--watch -- no-such-program'],
  export: ['--format json', '--only DB_PASSWORD', '--only DB_PASSWORD --format docker'],
  diff: ['staging prod --all', './local.env prod --all', './broken.json prod', 'prod ./broken.yaml'],
  check: ['prod staging', 'staging --format github', 'prod --env-file local.env'],
  policy: ['--for cli-write', '--for apply --file entries.yaml'],
  set: [
    'DB_PASSWORD --value-from API_KEY --yes',
    `DB_PASSWORD ${canary}`,
    'NEW_TOKEN - --secret --yes',
    'NEW_SECRET --value-file value.txt --to secrets --yes',
    'LOGIN --json-field password --value-from API_KEY --yes',
    'RETRY --value-from API_KEY --to dynamo --type json --yes',
    'DB_PASSWORD --value-from API_KEY',
  ],
  unset: ['DB_PASSWORD --yes', 'SMTP_URL --yes', 'API_TOKEN', 'DB_PASSWORD --force --recovery-days 7'],
  copy: ['DB_PASSWORD /orders/staging/COPIED --yes', 'SMTP_URL MAIL_URL --yes', 'DB_PASSWORD ROW --to dynamo --yes'],
  move: ['SMTP_URL /orders/all/SMTP_URL --yes', 'DB_PASSWORD MOVED --yes', 'API_TOKEN MOVED_TOKEN'],
  history: ['DB_PASSWORD', 'SMTP_URL', 'DB_URL', 'API_TOKEN'],
  rollback: ['SMTP_URL 1 --yes', 'DB_PASSWORD AWSPREVIOUS --yes', 'SMTP_URL 99 --yes'],
  import: ['local.env --yes', 'local.env', './broken.json --yes', 'broken.yaml --to secrets --yes'],
  validate: ['--file entries.yaml', '--file broken.yaml'],
  plan: ['--file entries.yaml', '--file entries.yaml --out plan.json'],
  apply: ['--file entries.yaml --yes', '--file entries.yaml'],
  destroy: ['--file entries.yaml --yes --allow-delete', '--file entries.yaml'],
  drift: ['--file entries.yaml'],
  adopt: ['DB_HOST --yes', 'API_TOKEN --file entries.yaml --yes'],
  'state list': ['--file entries.yaml'],
  'state show': ['PASSWORD --file entries.yaml'],
  'state forget': ['PASSWORD --file entries.yaml --yes'],
  unlock: ['some-id', 'some-id --file entries.yaml --yes'],
  'cache list': ['--json'],
  'cache clear': ['--yes', 'DB_PASSWORD --yes'],
  'cache create-table': ['--yes', '--index'],
  completion: ['bash', canary],
};

/** Lines that write in a world where nothing is wrong: all of these end with 0. */
const written: readonly string[] = [
  'set DB_PASSWORD --value-from API_KEY --yes',
  'set NEW_TOKEN - --secret --yes',
  'set NEW_SECRET --value-file value.txt --to secrets --yes',
  'set LOGIN --json-field password --value-from API_KEY --yes',
  'unset DB_PASSWORD --yes',
  'unset SMTP_URL --yes',
  'copy DB_PASSWORD /orders/staging/COPIED --yes',
  'copy SMTP_URL MAIL_URL --yes',
  'move SMTP_URL /orders/all/SMTP_URL --yes',
  'move DB_PASSWORD MOVED --yes',
  'import local.env --yes',
  'apply --file entries.yaml --yes',
];

/** Exit codes that the reference lists, without those of signals; `run` ends as its program does, or as a shell where there is none. */
const documented: readonly number[] = [
  exitCodes.done,
  exitCodes.negative,
  exitCodes.usage,
  exitCodes.failed,
  exitCodes.refused,
];

const faults: Readonly<Record<string, readonly LocalAwsFault[]>> = {
  'nothing wrong': [],
  'everything refused': [{ target: '', type: 'AccessDeniedException' }],
  'everything failing': [{ target: '', status: 500 }],
  'secrets refused': [{ target: 'SecretValue', type: 'AccessDeniedException' }],
  'answers cut off': [{ target: '', raw: { body: `{"SecretString": "${canary}` } }],
};

let aws: LocalAws;
let cwd: string;

beforeEach(async () => {
  aws = await startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/db_host': 'db.shop.internal',
        '/orders/prod/smtp_url': { type: 'SecureString', value: `smtps://user:${canary}@mail` },
        '/orders/prod/db_url': `postgres://user:${canary}@db/orders`,
        '/orders/prod/api_token': canary,
        '/orders/staging/db_password': { type: 'SecureString', value: `${canary}-staging` },
        '/orders/all/path': 'x',
      },
      secrets: { '/orders/prod/db_password': canary, '/orders/prod/login': `{"user":"a","password":"${canary}"}` },
      tables: { 'global-all-config': {}, 'global-all-configCache': {} },
    },
  });
  cwd = folderWith({
    'xcon.yaml': `service: orders\nenvironments: [staging, prod]\ndeclaration: ${__dirname}/../cli/declaration.ts#settings\n`,
    'local.env': `NEW_PASSWORD=${canary}\nAPI_KEY=${canary}\n`,
    'value.txt': canary,
    'broken.json': `{"PASSWORD": "${canary}`,
    'broken.yaml': `PASSWORD: {"${canary}"`,
    'entries.yaml': [
      'service: orders',
      'environments: [prod]',
      'entries:',
      '  /orders/{environment}:',
      '    PASSWORD: { secret: { from: env:API_KEY } }',
      '    TOKEN: { ssm: { from: file:value.txt } }',
      '    GENERATED: { secret: { generate: { length: 32 } } }',
      '',
    ].join('\n'),
  });
});

afterEach(() => aws.close());

const names = commands.map(({ name }) => name).filter((name) => name !== 'local');

/** Runs a line of a command, and looks for secrets in all that it says. @returns Its exit code. */
async function sweep(name: string, line: string, more: readonly string[], terminal: boolean): Promise<number> {
  const env = {
    ...patientVariables,
    AWS_MAX_ATTEMPTS: '1',
    AWS_SECRET_ACCESS_KEY: canary,
    API_KEY: canary,
    DB_URL: `mysql://user:${canary}@db`,
    XCON_CACHE_KEY: '',
    XCON_SSM_WRITES_PER_SECOND: '1000',
  };
  const args = [...name.split(' '), '-e', 'prod', ...line.split(' ').filter((each) => each !== '')];
  const { code, out, err, questions } = await xcon([...more, ...args], {
    aws: { environment: { ...aws.environment, ...env } },
    ...{ cwd, terminal, input: canary, columns: 80 },
    answers: [canary, false, false],
  });

  expect(`${out}${err}${questions.join()}`).not.toContain(canary);
  return code;
}

describe.each(Object.entries(faults))('With %s', (_, planned) => {
  it.each(names)('xcon %s shows no secret, and ends with a code that the reference lists', async (name) => {
    // Help is the same whatever goes wrong.
    const helps = planned.length === 0 ? ['--help'] : [];
    for (const line of ['', ...helps, ...(lines[name] ?? [])]) {
      for (const [more, terminal] of [
        [[], false],
        [['-v'], true],
        [['--json'], false],
      ] as const) {
        aws.setFaults(planned);
        const code = await sweep(name, line, more, terminal);
        aws.setFaults([]);

        expect(name === 'run' ? [...documented, 126, 127] : documented).toContain(code);
      }
    }
  });
});

it.each(written)('xcon %s writes, and shows no secret', async (line) => {
  const [name = '', ...rest] = line.split(' ');

  expect(await sweep(name, rest.join(' '), [], false)).toBe(0);
});

it('the canary is shown where secrets are revealed', async () => {
  const { out } = await xcon(['get', 'DB_PASSWORD', '-e', 'prod', '--reveal'], { aws, cwd });

  expect(out).toBe(canary);
});
