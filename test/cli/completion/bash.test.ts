import { execFileSync } from 'node:child_process';
import { bashCompletion } from '../../../src/cli/completion/bash-completion';
import { sample } from './sample-program';

const script = bashCompletion(sample);

/** Completes a line in bash, as with Tab at its end. */
function completed(line: string): readonly string[] {
  // As bash splits a line for completion: at spaces, and at =.
  const words = line.split(/ +|(=)/).filter((word) => word !== undefined && (word !== '' || line.endsWith(' ')));
  if (line.endsWith('=')) words.push('');
  const list = words.map((word) => `'${word}'`).join(' ');
  const run = `COMP_WORDS=(${list}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _tool; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-c', `${script}\n${run}`], { encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it.each([
    ['tool ', ['export', 'cache', 'completion', 'import', 'run', 'help']],
    ['tool c', ['cache', 'completion']],
    ['tool cache ', ['clear', 'list', 'help']],
    ['tool completion ', ['bash', 'zsh', 'fish']],
    ['tool --service cache completion z', ['zsh']],
    ['tool -s cache ', ['export', 'cache', 'completion', 'import', 'run', 'help']],
    ['tool --service=cache exp', ['export']],
    ['tool export --f', ['--format']],
    ['tool export --format ', ['dotenv', 'json', 'yaml']],
    ['tool export --format=', ['dotenv', 'json', 'yaml']],
    ['tool export --format=js', ['json']],
    ['tool export -f y', ['yaml']],
    ['tool cache clear --', ['--dry-run', '--help', '--version', '--service', '--json']],
    ['tool --service ', []],
    ['tool cache clear ', []],
  ])('of %j gives %j', (line, words) => {
    expect(completed(line)).toEqual(words);
  });

  it('behind -- gives programs', () => {
    expect(completed('tool run -- basenam')).toContain('basename');
  });
});
