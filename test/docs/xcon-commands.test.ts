import { execFileSync } from 'node:child_process';
import { type Command as Parser } from 'commander';
import { commands } from '../../src/cli/commands';
import { describedProgram, parseArguments } from '../../src/cli/parse-arguments';
import { type Block, blocksOf, documents, proseOf } from './documents';

/** A command of `xcon` in a block or in a sentence. */
interface Mention {
  readonly place: string;
  readonly words: readonly string[];
}

const blocks = documents().flatMap(blocksOf);
const scripts = blocks.filter(({ info }) => info === 'sh' || info === 'yaml');
const inBlocks = scripts.flatMap(mentionsIn);
const inProse = documents().flatMap((page) =>
  [...proseOf(page).matchAll(/`(?:npx --no-install )?xcon ([^`]+)`/g)].map(([, text = '']): Mention => ({
    place: page.path,
    words: wordsOf(text.replaceAll('\\|', '|')),
  })),
);

describe('A command of xcon on a page', () => {
  it('is found in blocks and in sentences', () => {
    expect(inBlocks.length).toBeGreaterThan(30);
    expect(inProse.length).toBeGreaterThan(30);
  });

  it.each(inBlocks.map((each) => [`${each.place} ${each.words.join(' ')}`, each] as const))(
    '%s is one that the command line accepts',
    async (_, { words }) => {
      const printed: string[] = [];
      const output = {
        isTerminal: false,
        columns: undefined,
        write: (text: string) => void printed.push(text),
      };
      const parsed = await parseArguments(words, commands, { stdout: output, stderr: output, version: '' });

      expect([parsed.kind, printed.join('')]).toEqual([isHelp(words) ? 'ended' : 'command', expect.any(String)]);
    },
  );

  it.each(inProse.map((each) => [`${each.place} ${each.words.join(' ')}`, each] as const))(
    '%s has a name and options that exist',
    async (_, { words }) => {
      const output = { isTerminal: false, columns: undefined, write: () => undefined };
      const program = await describedProgram(commands, { stdout: output, stderr: output, version: '' });
      const parser = parserNamed(program, words);
      const known = [...program.options, ...(parser?.options ?? [])].flatMap(({ short, long }) => [short, long]);
      const given = beforeDashes(words).filter((each) => /^-[-a-z]/.test(each));

      expect(parser === program ? words.filter((each) => !each.startsWith('-')) : []).toEqual([]);
      expect(given.filter((each) => !['-h', '--help', '--version', ...known].includes(each.split('=')[0]))).toEqual([]);
    },
  );
});

describe('A block of shell commands', () => {
  const shell = blocks.filter(({ info }) => info === 'sh');

  it.each(shell.map((each) => [each.place, each] as const))('%s has the syntax of bash', (_, { code }) => {
    expect(() => execFileSync('bash', ['-n'], { input: code, stdio: ['pipe', 'ignore', 'pipe'] })).not.toThrow();
  });
});

/** Gives the commands in the lines of a script, or of the scripts that a file of YAML has. */
function mentionsIn({ place, code }: Block): readonly Mention[] {
  const lines = code.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines.flatMap((line) =>
    withoutComment(line)
      .split(/[|;&<>]+|\$\(/)
      .flatMap((part) => {
        const [, text] =
          /(?:^|[\s"'])(?:npx --no-install xcon|xcon)(?: ([a-z-][^]*))$/.exec(part.replace(/\)?"?\s*$/, '')) ?? [];
        const isName = /(?:npm|mkdir|cd|--stack-name|import|name:)[^]*xcon/.test(part);
        return text === undefined || isName ? [] : [{ place, words: wordsOf(text) }];
      }),
  );
}

function withoutComment(line: string): string {
  return line.replace(/\s+#.*$/, '').replace(/^#.*$/, '');
}

/** Splits a command as a shell does, as far as pages need it. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

function isHelp(words: readonly string[]): boolean {
  return words.some((each) => ['--help', '-h', '--version', 'help'].includes(each));
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

/** Gives the parser of the command that the first words name; the program where they name none. */
function parserNamed(program: Parser, words: readonly string[]): Parser {
  const [first = '', second = ''] = words;
  const one = program.commands.find((each) => each.name() === first);
  return one?.commands.find((each) => each.name() === second) ?? one ?? program;
}
