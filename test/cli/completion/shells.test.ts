import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, xcon } from '../run-xcon';

type Shell = 'bash' | 'zsh' | 'fish';

/** Whether a shell is on this machine; bash is on every one that runs the tests. */
const isInstalled = (shell: Shell): boolean => shell === 'bash' || spawnSync(shell, ['--version']).status === 0;
const shells = (['bash', 'zsh', 'fish'] as const).filter(isInstalled);

/** What completes a line, its words given, in a shell that has sourced a script. */
const completing: Readonly<Record<Shell, (script: string, words: readonly string[]) => readonly string[]>> = {
  bash: (script, words) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const steps = [
      `source '${script}'`,
      `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}`,
      'complete -p xcon >/dev/null && _xcon',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ];
    return ['--norc', '-c', steps.join('; ')];
  },
  // Outside of its editor, zsh has nothing to put candidates into: what collects them prints them instead.
  zsh: (script, words) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const steps = [
      'autoload -Uz compinit; compinit -D',
      `source '${script}'`,
      '[[ ${_comps[xcon]} == _xcon ]] || exit 9',
      `_describe() { local name=\${@[-1]}; print -rl -- \${(P)name%%:*} }`,
      'compadd() { shift; print -rl -- "$@" }',
      `words=(${list}); CURRENT=${words.length}`,
      '_xcon',
    ];
    return ['-fc', steps.join('\n')];
  },
  fish: (script, words) => {
    const line = words.join(' ');
    return ['--no-config', '-c', `source '${script}'; complete -C '${line}' | string replace -r '\\t.*' ''; true`];
  },
};

describe.each(shells)('the script of xcon, sourced in %s', (shell) => {
  let script: string;

  beforeAll(async () => {
    script = join(folderWith({}), `completion.${shell}`);
    writeFileSync(script, (await xcon(['completion', shell])).out);
  });

  const completed = (...words: readonly string[]) => {
    const output = execFileSync(shell, completing[shell](script, ['xcon', ...words]), { encoding: 'utf8' });
    return output.split('\n').filter((word) => word !== '');
  };

  it('completes commands, and those of groups', () => {
    expect(completed('')).toEqual(expect.arrayContaining(['get', 'list', 'cache', 'state', 'doctor']));
    expect(completed('cache', '').toSorted()).toEqual(
      expect.arrayContaining(['clear', 'create-table', 'list', 'status']),
    );
    expect(completed('cache', '')).not.toContain('doctor');
  });

  it('completes options of a command and of all', () => {
    expect(completed('set', '--')).toEqual(expect.arrayContaining(['--secret', '--in', '--service', '--yes']));
    expect(completed('set', '--')).not.toContain('--watch');
  });

  it('completes values that are known', () => {
    expect(completed('export', '--format', '').toSorted()).toEqual(
      ['docker', 'dotenv', 'github', 'json', 'shell', 'tfvars', 'yaml'].toSorted(),
    );
    expect(completed('completion', '').toSorted()).toEqual(['bash', 'fish', 'zsh']);
    expect(completed('-s', 'orders', 'completion', '').toSorted()).toEqual(['bash', 'fish', 'zsh']);
  });
});
