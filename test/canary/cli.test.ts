import { commands } from '../../src/cli/commands';
import { type LocalAws, type LocalAwsFault, startLocalAws } from '../../src/testing';
import { folderWith, xcon } from '../cli/run-xcon';

/** In every secret value of this world; no command may show it unless it is told to reveal secrets. */
const canary = 'kanarienvogel';

/** Command lines of a command, beyond its name alone and its help. */
const lines: Readonly<Record<string, readonly string[]>> = {
  get: ['DB_PASSWORD', 'SMTP_URL API_KEY DB_HOST NO_SUCH', 'DB_URL --raw', 'LOGIN'],
  list: ['--all', '--variables', '--names'],
  explain: ['--all', 'DB_PASSWORD API_KEY DB_URL LOGIN', '--all --html page.html'],
  run: ['--only NO_SUCH -- x', '-- no-such-program', '--watch -- no-such-program'],
  export: ['--format json', '--only DB_PASSWORD', '--only DB_PASSWORD --format docker'],
  diff: ['staging prod --all', './local.env prod --all', './broken.json prod', 'prod ./broken.yaml'],
  check: ['prod staging', 'staging --format github', 'prod --env-file local.env'],
  'cache clear': ['--yes'],
  unlock: ['some-id'],
  adopt: ['DB_HOST'],
};

const faults: Readonly<Record<string, readonly LocalAwsFault[]>> = {
  'nothing wrong': [],
  'everything refused': [{ target: '', type: 'AccessDeniedException' }],
  'everything failing': [{ target: '', status: 500 }],
  'secrets refused': [{ target: 'SecretValue', type: 'AccessDeniedException' }],
  'answers cut off': [{ target: '', raw: { body: `{"SecretString": "${canary}` } }],
};

let aws: LocalAws;
let cwd: string;

beforeAll(async () => {
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
    'local.env': `DB_PASSWORD=${canary}\nAPI_KEY=${canary}\n`,
    'broken.json': `{"PASSWORD": "${canary}`,
    'broken.yaml': `PASSWORD: {"${canary}"`,
  });
});

afterAll(() => aws.close());

const names = commands.map(({ name }) => name).filter((name) => name !== 'local');

describe.each(Object.entries(faults))('With %s', (_, planned) => {
  it.each(names)('xcon %s shows no secret', async (name) => {
    aws.setFaults(planned);
    const env = {
      AWS_MAX_ATTEMPTS: '1',
      AWS_SECRET_ACCESS_KEY: canary,
      API_KEY: canary,
      DB_URL: `mysql://user:${canary}@db`,
      XCON_CACHE_KEY: '',
    };
    // Help is the same whatever goes wrong.
    const helps = planned.length === 0 ? ['--help'] : [];
    for (const line of ['', ...helps, ...(lines[name] ?? [])]) {
      const args = [...name.split(' '), '-e', 'prod', ...line.split(' ').filter((each) => each !== '')];
      for (const [more, terminal] of [
        [[], false],
        [['-v'], true],
        [['--json'], false],
      ] as const) {
        const { out, err } = await xcon([...more, ...args], {
          aws: { environment: { ...aws.environment, ...env } },
          cwd,
          terminal,
          columns: 80,
          answers: [false],
        });

        expect(`${out}${err}`).not.toContain(canary);
      }
    }
    aws.setFaults([]);
  });
});

it('the canary is shown where secrets are revealed', async () => {
  const { out } = await xcon(['get', 'DB_PASSWORD', '-e', 'prod', '--reveal'], { aws, cwd });

  expect(out).toBe(canary);
});
