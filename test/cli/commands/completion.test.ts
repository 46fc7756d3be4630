import { commands } from '../../../src/cli/commands';
import { unclosed } from '../completion/shell-syntax';
import { xcon } from '../run-xcon';

describe.each(['bash', 'zsh', 'fish'] as const)('xcon completion %s', (shell) => {
  it('prints a script that is closed and has every command', async () => {
    const { code, out, err } = await xcon(['completion', shell]);

    expect([code, err]).toEqual([0, '']);
    expect(unclosed(out, shell)).toEqual([]);
    for (const word of commands.flatMap(({ name }) => name.split(' '))) expect(out).toContain(word);
    expect(out).toContain('endpoint-url');
  });
});

it('xcon completion gives the script as data, too', async () => {
  const { out } = await xcon(['completion', 'fish', '--json']);

  expect(JSON.parse(out)).toEqual({ script: (await xcon(['completion', 'fish'])).out });
});

it('xcon completion refuses another shell', async () => {
  expect(await xcon(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('bash, zsh, fish') as string,
  });
});
