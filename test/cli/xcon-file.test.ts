import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../src/cli/exit-codes';
import { nearestName } from '../../src/cli/nearest-name';
import { parseXconFile, readXconFile } from '../../src/cli/xcon-file';
import { folderWith, xcon } from './run-xcon';

const whole = `
service: orders
environments: [staging, prod]
directories: ['/orders/{environment}', /global/all]
providers: [ssm, secrets]
declaration: src/settings.mjs
stack: orders
entries:
  /orders/{environment}: { A: 1 }
moved: []
`;

describe('readXconFile', () => {
  it('reads the nearest file upwards', async () => {
    const folder = folderWith({ 'xcon.yaml': whole });
    const below = join(folder, 'a/b');
    mkdirSync(below, { recursive: true });

    expect(await readXconFile(below)).toEqual({
      path: join(folder, 'xcon.yaml'),
      folder,
      text: whole,
      service: 'orders',
      environments: ['staging', 'prod'],
      directories: ['/orders/{environment}', '/global/all'],
      providers: ['ssm', 'secrets'],
      declaration: 'src/settings.mjs',
      stack: 'orders',
    });
  });

  it('gives no path where there is no file', async () => {
    const folder = folderWith({});

    expect(await readXconFile(folder)).toEqual({ path: undefined, folder, text: undefined });
  });
});

describe('parseXconFile', () => {
  it.each(['', '# nothing\n', '---\n', 'service:\n'])('takes %j as a file that says nothing', async (text) => {
    expect(await parseXconFile('x.yaml', text)).toEqual({ path: 'x.yaml', folder: '.', text, service: undefined });
  });

  it.each([
    ['service: orders\nenviroments: [a]\n', 'x.yaml:2:1: unknown key "enviroments" (Did you mean environments?)'],
    ['{ service: a, zzz: 1 }', 'x.yaml:1:15: unknown key "zzz"'],
    ['service: [a]', 'x.yaml:1:1: "service" is no text'],
    ['service: ""', 'x.yaml:1:1: "service" is no text'],
    ['service: a\nproviders: ssm', 'x.yaml:2:1: "providers" is no list of texts'],
    ['environments: [1]', 'x.yaml:1:1: "environments" is no list of texts'],
    ['- a', 'x.yaml:1:1: expected a map of keys'],
    ['service: a\nservice: b', 'x.yaml:2:1: it is no valid YAML (DUPLICATE_KEY)'],
    ['service: {', 'x.yaml:1:11: it is no valid YAML (BAD_INDENT)'],
  ])('refuses %j, with its place', async (text, message) => {
    const reading = parseXconFile('x.yaml', text);

    await expect(reading).rejects.toBeInstanceOf(UsageError);
    await expect(parseXconFile('x.yaml', text)).rejects.toThrow(message);
  });
});

describe('a file with several problems', () => {
  const text = 'enviroments: [a]\nservice: 5\nproviders: ssm\nzzz: hunter2\n';
  const problems = [
    { severity: 'error', summary: 'unknown key "enviroments" (Did you mean environments?)', line: 1 },
    { severity: 'error', summary: '"service" is no text', line: 2 },
    { severity: 'error', summary: '"providers" is no list of texts', line: 3 },
    { severity: 'error', summary: 'unknown key "zzz"', line: 4 },
  ];

  it('is refused with all of them', async () => {
    const lines = problems.map(({ line, summary }) => `x.yaml:${line}:1: ${summary}`);

    await expect(parseXconFile('x.yaml', text)).rejects.toThrow(lines.join('\n'));
  });

  it('is refused with its duplicate keys, and what else is wrong', async () => {
    const twice = 'service: a\nservice: b\nzzz: 1\n';

    await expect(parseXconFile('x.yaml', twice)).rejects.toThrow(
      'x.yaml:2:1: it is no valid YAML (DUPLICATE_KEY)\nx.yaml:3:1: unknown key "zzz"',
    );
  });

  it('gives one JSON document with --json', async () => {
    const cwd = folderWith({ 'xcon.yaml': text });
    const file = join(cwd, 'xcon.yaml');

    const { code, out, err } = await xcon(['get', 'X', '--json'], { cwd });

    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      diagnostics: problems.map(({ severity, summary, line }) => ({
        severity,
        summary,
        at: { file, line, column: 1 },
      })),
    });
    expect(err).toContain(`${file}:3:1: "providers" is no list of texts`);
    expect(`${out}${err}`).not.toContain('hunter2');
  });
});

describe('nearestName', () => {
  it.each([
    ['enviroments', ' (Did you mean environments?)'],
    ['SERVICE', ' (Did you mean service?)'],
    ['sevrice', ' (Did you mean service?)'],
    ['x', ''],
    ['something', ''],
  ])('for %s gives %j', (name, expected) => {
    expect(nearestName(name, ['service', 'environments', 'directories'])).toBe(expected);
  });
});
