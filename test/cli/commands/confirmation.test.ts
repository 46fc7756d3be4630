import { commands } from '../../../src/cli/commands';
import { folderWith, useLocalAws, xcon } from '../run-xcon';

const project = {
  'xcon.yaml':
    'service: orders\nenvironments: [prod]\nstack: orders\nentries:\n  /orders/prod:\n    LEVEL: { ssm: info }\n',
  'new.env': 'NEW=1\n',
};
/** A line of each command that writes, which has something to write. */
const lines: Readonly<Record<string, string>> = {
  set: 'PAGE_SIZE 7',
  unset: 'DB_HOST',
  copy: 'DB_HOST HOST',
  move: 'DB_HOST HOST',
  rollback: 'DB_HOST 1',
  import: 'new.env',
  apply: '',
  destroy: '--allow-delete',
  adopt: 'LEVEL',
  'state forget': 'ssm:/orders/prod/LEVEL',
  'cache clear': '',
  'cache create-table': '--index',
  unlock: 'a-lock',
};
const local = useLocalAws();
const run = (line: string, cwd: string, more: object = {}) =>
  xcon([...line.split(' ').filter((each) => each !== ''), '-s', 'orders', '-e', 'prod'], {
    ...{ aws: local.aws, cwd, env: { XCON_SSM_WRITES_PER_SECOND: '1000' } },
    ...more,
  });
const changes = (): readonly string[] =>
  local.aws.calls.all
    .map(({ operation }) => operation)
    .filter((each) => /^(Put|Create|Delete|Restore|Update|Add|Tag|Batch[A-Z][a-z]*Write)/.test(each));

/** Puts into the world what a line needs in order to have something to write. */
async function prepare(name: string, cwd: string): Promise<void> {
  if (name === 'rollback') local.aws.putParameter('/orders/prod/db_host', 'newer');
  if (name === 'adopt') local.aws.putParameter('/orders/prod/LEVEL', 'info');
  if (['destroy', 'state forget'].includes(name)) await run('apply --yes', cwd);
  if (name === 'cache clear') await run('get DB_HOST', cwd);
}

it('the lines are those of every command that writes', async () => {
  const loaded = await Promise.all(
    commands.map(async ({ name, load }) => ({ name, writes: (await load()).command.writes === true })),
  );

  expect(Object.keys(lines).toSorted()).toEqual(
    loaded
      .filter(({ writes }) => writes)
      .map(({ name }) => name)
      .toSorted(),
  );
});

describe.each(Object.keys(lines).filter((name) => name !== 'unlock'))('xcon %s', (name) => {
  it.each([
    ['in a pipe without --yes', {}],
    ['at a terminal where the answer is no', { terminal: true, columns: 100, answers: [false] }],
  ])('shows what it would change, and changes nothing, %s', async (_, more) => {
    const cwd = folderWith(project);
    await prepare(name, cwd);
    local.aws.calls.clear();

    const { code, out, err, questions } = await run(`${name} ${lines[name]}`, cwd, more);

    expect([code, out]).toEqual([4, '']);
    expect(changes()).toEqual([]);
    expect(err.split('\n').length).toBeGreaterThan(2);
    expect(questions).toHaveLength('answers' in more ? 1 : 0);
  });
});
