import { bashCompletion } from '../../../src/cli/completion/bash-completion';
import { fishCompletion } from '../../../src/cli/completion/fish-completion';
import { zshCompletion } from '../../../src/cli/completion/zsh-completion';
import { sample } from './sample-program';
import { unclosed } from './shell-syntax';

const scripts = [
  ['bash', bashCompletion(sample)],
  ['zsh', zshCompletion(sample)],
  ['fish', fishCompletion(sample)],
] as const;

describe('what is completed', () => {
  it('is every command that is not hidden, by its path', () => {
    expect(sample.map(({ path }) => path)).toEqual([
      'tool',
      'tool export',
      'tool cache',
      'tool cache clear',
      'tool cache list',
      'tool cache help',
      'tool completion',
      'tool import',
      'tool run',
      'tool help',
    ]);
  });

  it('is what a value may be: words, a file, or anything', () => {
    const valuesOf = (path: string) => sample.find((each) => each.path === path)?.values;
    const options = sample.find(({ path }) => path === 'tool export')?.allOptions;

    expect(['tool completion', 'tool import', 'tool cache clear'].map(valuesOf)).toEqual([
      ['bash', 'zsh', 'fish'],
      'file',
      'any',
    ]);
    expect(options?.map(({ long, short, values }) => [long, short, values])).toEqual([
      ['--format', '-f', ['dotenv', 'json', 'yaml']],
      ['--out', undefined, 'file'],
      ['--help', '-h', undefined],
      ['--version', '-V', undefined],
      ['--service', '-s', 'any'],
      ['--json', undefined, undefined],
    ]);
  });

  it('is described in one line', () => {
    expect(sample[0]?.commands.find(({ name }) => name === 'export')?.description).toBe('Exports.');
  });
});

describe.each(scripts)('the script for %s', (shell, script) => {
  it('closes every quote, brace and block', () => {
    expect(unclosed(script, shell)).toEqual([]);
  });

  it('has every command, option and choice', () => {
    const words = sample.flatMap(({ commands, options, values }) => [
      ...commands.map(({ name }) => name),
      ...options.flatMap(({ long, short }) => [long?.slice(2), short?.slice(1)]),
      ...(typeof values === 'string' ? [] : values),
    ]);

    for (const word of words.filter((each) => each !== undefined)) expect(script).toContain(String(word));
    expect(script).not.toContain('hidden');
  });
});

it.each([
  ['bash', "echo 'open"],
  ['zsh', 'case x in (a) ;;'],
  ['zsh', 'f() { if true; then fi'],
  ['fish', 'function f\n  if true\n  end'],
] as const)('the check of syntax finds what is not closed in %s: %j', (shell, script) => {
  expect(unclosed(script, shell)).not.toEqual([]);
});
