import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { commands } from '../../src/cli/commands';
import { exitCodes, type ExitName, exitMeanings } from '../../src/cli/exit-codes';
import { steeringVariables } from '../../src/cli/variables-of-settings';
import { readDocument, root, tableOf } from './documents';

describe('docs/reference/cli.md', () => {
  it('has the help of every command as it is', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, '.ci/cli-reference.mjs'), '--check']);

    expect([status, stderr.toString()]).toEqual([0, '']);
  });

  it('has the table of exit codes', () => {
    const listed = tableOf(readDocument('docs/reference/cli.md'), ['Code', 'Meaning']);

    const expected = (Object.keys(exitCodes) as ExitName[]).map((name) => [`${exitCodes[name]}`, exitMeanings[name]]);
    expect(listed).toEqual(expected);
  });

  it('has the table of variables that xcon run refuses', () => {
    const listed = tableOf(readDocument('docs/reference/cli.md'), ['Of', 'Variables']);

    const expected = Object.entries(steeringVariables).map(([of, names]) => [
      of,
      names
        .split(' ')
        .map((each) => `\`${each}\``)
        .join(', '),
    ]);
    expect(listed).toEqual(expected);
  });

  it.each(commands.map((each) => [each.name, each] as const))('%s has examples that name it', async (name, entry) => {
    const { command } = await entry.load();

    expect(command.examples.filter((each) => !each.command.includes(`xcon ${name}`))).toEqual([]);
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
  });
});
