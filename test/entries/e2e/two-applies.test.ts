import { BuiltCommand } from '../../cli/built-command';
import { BuiltRun } from './built-run';

const entries = `service: orders
environments: [prod]
entries:
  /orders/{environment}:
${Array.from({ length: 6 }, (_, index) => `    N${index}: ${index}\n`).join('')}`;

let built: BuiltCommand;
let run: BuiltRun;

beforeAll(() => {
  built = new BuiltCommand();
});
beforeEach(async () => {
  run = await BuiltRun.start(built);
  run.write(entries);
});
afterEach(() => run.close());
afterAll(() => built.remove());

describe.each(['file', 'table'])('two applies at once, with the state in a %s', (state) => {
  const args = ['apply', '--yes', '--rate', '1000', '--state', state];

  it('one is refused before it writes anything, and says what has the lock', async () => {
    const one = run.start(args);
    await new Promise<void>((resolve) => {
      run.onCall = ({ operation }) => {
        if (operation !== 'PutParameter') return;
        run.onCall = () => undefined;
        // It has the lock, and keeps it.
        one.child.kill('SIGSTOP');
        resolve();
      };
    });
    const before = run.aws.calls.count('PutParameter');

    const other = await run.start(args).ended;
    const since = run.aws.calls.count('PutParameter') - before;
    one.child.kill('SIGCONT');

    expect(other).toMatchObject({
      code: 4,
      output: expect.stringMatching(
        new RegExp(`locked by .*, process ${one.child.pid} \\(xcon apply\\).*xcon unlock [0-9a-f-]{36}`, 's'),
      ) as string,
    });
    // Those of the first that were on their way.
    expect(since).toBeLessThan(6);
    expect(await one.ended).toMatchObject({ code: 0, output: expect.stringContaining('Done: 6 of 6.') as string });
    expect(run.aws.calls.count('PutParameter')).toBe(6);
  });

  it('one that is killed with the lock gives it up: by itself on the same machine, by its id in a table', async () => {
    const one = run.start(args);
    run.onCall = ({ operation }) => {
      if (operation === 'PutParameter') one.child.kill('SIGKILL');
    };
    await one.ended;
    run.onCall = () => undefined;

    const other = await run.start(args).ended;
    if (state === 'table') {
      const [, id = ''] = /xcon unlock ([0-9a-f-]{36})/.exec(other.output) ?? [];
      expect(other.code).toBe(4);
      expect(await run.start(['unlock', id, '--yes', '--state', state]).ended).toMatchObject({ code: 0 });
    } else expect(other.code).toBe(0);

    expect(await run.start(args).ended).toMatchObject({ code: 0 });
    const names = run.aws.calls.of('PutParameter').map(({ body }) => (body as { readonly Name: string }).Name);
    expect(new Set(names).size).toBe(6);
  });
});
