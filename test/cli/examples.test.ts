import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands';
import { patientVariables } from '../setup/patience';
import { demoSeed, folderWith, useLocalAws, xcon } from './run-xcon';

const declaration = `${join(__dirname, 'declaration.ts')}#settings`;
const entries = `entries:
  /orders/prod:
    DB_HOST: { ssm: db.shop.internal }
    LOG_LEVEL: { ssm: info }
    DB_PASSWORD: { secret: { generate: { length: 24 } } }
    FLAGS: { dynamo: { beta: true } }
`;
const project = {
  'xcon.yaml': `service: orders\nenvironments: [staging, prod]\ndeclaration: ${declaration}\nstack: orders\n${entries}`,
  '.env': 'DB_HOST=db.staging.internal\n',
  'local.env': 'DB_HOST=localhost\n',
  'prod.yaml': 'PAGE_SIZE: 30\n',
  'seed.yaml': readFileSync(demoSeed, 'utf8'),
};
/** What the user has done before, for lines that follow from it. */
const before: Readonly<Record<string, readonly string[]>> = {
  'xcon apply plan.json --yes': ['plan -e prod --out plan.json'],
  'xcon move DB_HOSTNAME DB_HOST -s orders -e prod': ['set DB_HOSTNAME db -s orders -e prod --yes'],
  'xcon rollback DB_HOST 3 -s orders -e prod': ['1', '2', '3'].map(
    (each) => `set DB_HOST ${each} -s orders -e prod --yes`,
  ),
  'xcon rollback DB_PASSWORD AWSPREVIOUS -s orders -e prod': ['set DB_PASSWORD - -s orders -e prod --yes'],
};
const local = useLocalAws();

/** Runs a command line in a project, at a terminal whose user says yes. */
async function run(line: string, cwd: string): Promise<Awaited<ReturnType<typeof xcon>>> {
  let send: (name: NodeJS.Signals) => void = () => undefined;
  const args = line.split(' ').filter((each) => each !== '');
  // A local AWS runs until it is stopped.
  const timer = args[0] === 'local' ? setInterval(() => send('SIGTERM'), 5) : undefined;
  try {
    return await xcon(args, {
      ...{
        aws: local.aws,
        cwd,
        terminal: !args.includes('-'),
        columns: 100,
        input: 'typed',
        answers: ['typed', true, true],
      },
      env: { ...patientVariables, XCON_SSM_WRITES_PER_SECOND: '1000' },
      onStart: (given) => (send = given),
      spawn: () => ({ ended: Promise.resolve({ code: 0, signal: null }), kill: () => undefined }),
    });
  } finally {
    clearInterval(timer);
  }
}

/** Gives the part of a line that is a call of the command: without what reads its output or makes its input. */
function callIn(line: string): string {
  return / *\bxcon ([^|>")]*)/.exec(line)?.[1]?.trim() ?? '';
}

it.each(commands.map(({ name, load }) => [name, load] as const))(
  'every example of xcon %s is one that works',
  async (_, load) => {
    const { command } = await load();
    for (const { command: line } of command.examples) {
      const cwd = folderWith(project);
      mkdirSync(join(cwd, 'src'));
      mkdirSync(join(cwd, 'deploy'));
      writeFileSync(join(cwd, 'deploy/entries.yaml'), `service: orders\nstack: orders\n${entries}`);
      for (const each of before[line] ?? []) await run(each, cwd);

      const call = callIn(line)
        .replace('src/settings.mjs', declaration)
        .replace(/^local (.*)--port 4567$/, 'local $1--port 0');
      const { code, out, err } = await run(call, cwd);

      expect([line, code, code === 2 || code === 3 ? err : '']).toEqual([line, expect.any(Number) as number, '']);
      if (call.includes('--json')) expect(() => JSON.parse(out) as unknown).not.toThrow();
    }
  },
);
