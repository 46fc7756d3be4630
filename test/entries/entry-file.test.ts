import { addressText, builtInKinds, describeDiagnostic, parseEntryFile } from 'xcon/entries';

const read = (text: string) => parseEntryFile(text, { path: 'xcon.yaml', kinds: builtInKinds });
const problems = (text: string): readonly string[] => read(text).diagnostics.map(describeDiagnostic);
/** The problems of one entry, without its place. */
const problemsOf = (entry: string, directory = '/orders/{environment}'): readonly string[] =>
  problems(`service: orders\nenvironments: [staging, prod]\nentries:\n  ${directory}:\n    ${entry}\n`)
    .filter((each) => !each.includes('/staging/'))
    .map((each) => each.replace(/^xcon\.yaml:\d+:\d+: /, ''));

describe('a file', () => {
  it('gives its entries in each environment, with their places', () => {
    const { diagnostics, file } = read(
      'service: orders\nenvironments: [staging, prod]\nentries:\n  /{service}/{environment}:\n    A: 1\n    B: { ssm: { prod: x }, protect: true }\n  /global/all:\n    C: { dynamo: { on: true } }\n',
    );

    expect(diagnostics).toEqual([]);
    expect(file).toMatchObject({ stack: 'orders', service: 'orders' });
    expect(
      file?.entries.map(({ address, at, environment, protect }) => [
        addressText(address),
        environment,
        at.line,
        protect,
      ]),
    ).toEqual([
      ['ssm:/orders/staging/A', 'staging', 5, false],
      ['ssm:/orders/prod/A', 'prod', 5, false],
      ['ssm:/orders/prod/B', 'prod', 6, true],
      ['dynamo:/global/all/C', undefined, 8, false],
    ]);
  });

  it('keeps numbers that a double would round, in rows and in parameters', () => {
    const { file } = read('entries:\n  /a/all:\n    A: { dynamo: 9007199254740993 }\n    B: 9007199254740993\n');

    expect(
      file?.entries.map(({ config }) =>
        JSON.stringify(config, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)),
      ),
    ).toEqual(['{"value":"9007199254740993n"}', expect.stringContaining('"9007199254740993"')]);
  });

  it.each([
    ['text that is no YAML', 'entries: [', 'the file is not valid YAML .[A-Z_]+'],
    ['the same key twice', 'entries: {}\nentries: {}\n', 'DUPLICATE_KEY'],
    ['a list', '- a\n', 'the file is not a map of keys'],
    ['an unknown key', 'entris: {}\n', 'the file has no key "entris".*Did you mean entries'],
    ['a name of a stack with a slash', 'stack: a/b\n', '"stack" is not a name'],
    ['environments that are no list', 'environments: prod\n', '"environments" is not a list of different names'],
    ['an environment twice', 'environments: [a, a]\n', '"environments" is not a list of different names'],
    ['a placeholder without environments', 'entries:\n  /a/{environment}:\n    A: 1\n', '"environments" is missing'],
    ['an unknown placeholder', 'entries:\n  /a/{env}:\n    A: 1\n', 'unknown placeholder'],
    ['a relative directory', 'entries:\n  a/b:\n    A: 1\n', 'is relative'],
    ['a move without an end', 'moved: [{ from: /a/b }]\n', 'a move has "from" and "to"'],
    [
      'a move with other placeholders',
      'environments: [a, b]\nmoved: [{ from: "/a/{environment}/X", to: /a/b/X }]\n',
      'do not have the same placeholders',
    ],
    ['an alias without an anchor', 'entries: *none\n', 'alias'],
  ])('is refused: %s', (_, text, problem) => {
    const { file } = read(text);

    expect(file).toBeUndefined();
    expect(problems(text).join('\n')).toMatch(new RegExp(problem, 's'));
    expect(problems(text)[0]).toMatch(/^xcon\.yaml:\d+:\d+: error: /);
  });

  it('is refused when its aliases repeat too much', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `  l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]\n`,
    );

    expect(problems(`entries: &root\n  l0: &l0 [x]\n${levels.join('')}`).join()).toMatch(
      /aliases; 100 are allowed|too many parts/,
    );
  });

  it('quotes nothing of a file that cannot be read', () => {
    expect(problems('entries:\n  a: "canary-3e\n').join()).not.toContain('canary');
  });
});

describe('an entry', () => {
  it.each([
    ['A: { smm: x }', 'error: "A" has no source.', 'Did you mean ssm?'],
    ['A: { ssm: x, secret: { generate: {} } }', 'error: "A" has more than one source.', ''],
    ['A: { ssm: x, tipe: String }', 'an entry of ssm has no key "tipe"', 'Did you mean tier|Did you mean type'],
    ['A: { ssm: x, protect: maybe }', '"protect" is not true or false', ''],
    ['A: { ssm: x, type: Number }', '"type" is not String, StringList, SecureString', ''],
    ['A: { ssm: x, type: SecureString }', 'the value of a secret is in the file', 'from: env:NAME'],
    ['A: { secret: hunter2 }', 'the value of a secret is in the file', 'replace the value'],
    ['A: { ssm: { from: env:A }, type: String }', 'kept as a SecureString, not as a String', ''],
    ['A: { ssm: x, kms: alias/a }', 'only a SecureString has a KMS key', ''],
    ['A: { ssm: "" }', 'does not take an empty value', ''],
    ['A: { ssm: "{{x}}" }', 'does not take {{ }}', ''],
    ['A: { ssm: [1, 2] }', 'is a text, a number, true or false', ''],
    ['A: { ssm: { from: vault:x } }', '"from" is not env:NAME, file:PATH or prompt', ''],
    ['A: { ssm: { generate: { length: 0 } } }', '"length" is not a whole number from 1 to 4096', ''],
    ['A: { ssm: { generate: { size: 3 } } }', '"generate" has no key "size"', ''],
    ['A: { ssm: { generate: { length: 4 } } }', 'warning: .*less than 64 bits', ''],
    ['A: { ssm: { a: 1, b: 2 } }', 'its value is not understood', 'a value for each environment'],
    ['A: { dynamo: { generate: {} } }', 'a row holds no secret', ''],
    ['A: { dynamo: x, tags: { a: b } }', 'an entry of dynamo has no key "tags"', ''],
    ['A: { ssm: x, tags: { "xcon:stack": b } }', 'is set by xcon', ''],
    ['A: { ssm: x, tags: { "aws:a": b } }', 'begins with aws:', ''],
    ['A: { ssm: x, tags: { a: 1 } }', '"tags" is not a map of texts', ''],
    ['"A/B": x', 'is not the name of an entry', ''],
    ['"A%": x', 'letters, digits, and _ . - / only', ''],
    ['"~xcon": { dynamo: x }', 'does not begin with ~xcon', ''],
  ])('%s is refused', (entry, summary, detail) => {
    const all = problemsOf(entry).join('\n');

    expect(all).toMatch(new RegExp(summary));
    expect(all).toMatch(new RegExp(detail));
    expect(all).not.toContain('hunter2');
  });

  it('is refused when its value is too large for its tier, its kind or a row', () => {
    const text = (bytes: number) => 'x'.repeat(bytes);

    expect(problemsOf(`A: ${text(5000)}`).join()).toContain('4096 are allowed without tier: Advanced');
    expect(problemsOf(`A: { ssm: ${text(5000)}, tier: Advanced }`)).toEqual([]);
    expect(problemsOf(`A: { ssm: ${text(9000)}, tier: Advanced }`).join()).toContain('8192 are allowed');
    expect(problemsOf(`A: { dynamo: ${text(500_000)} }`).join()).toContain('are allowed');
  });

  it('is refused when lookups would find another one of its name', () => {
    expect(problems('entries:\n  /a/all:\n    HOST: 1\n    host: { dynamo: 2 }\n').join()).toContain(
      'declared twice in its directory',
    );
    expect(
      problems('environments: [all]\nentries:\n  /a/all:\n    A: 1\n  /a/{environment}:\n    A: 2\n').join(),
    ).toContain('declared twice');
    expect(problemsOf('A: { ssm: { prod: x } }', '/global/all').join()).toContain('in a directory of all');
  });
});

it.each([
  ['a list without an end', 'moved: [{ from: /a/b, to: /a/c }\n'],
  ['a quote without an end', 'stack: "orders\n'],
  ['a tab', 'stack:\n\t- orders\n'],
])('%s hides no problem before it', (_, broken) => {
  const entries = 'entries:\n  /orders/{environment}:\n    A: { smm: x }\n    B: { ssm: "" }\n';

  const found = problems(`service: orders\nenvironments: [prod]\nstak: x\n${entries}${broken}`);

  expect(found.filter((each) => each.includes('not valid YAML'))).not.toEqual([]);
  expect(found.join('\n')).toMatch(/xcon.yaml:3:1: error: the file has no key "stak"/);
  expect(found.join('\n')).toMatch(/xcon.yaml:6:5: error: "A" has no source/);
  expect(found.join('\n')).toMatch(
    /xcon.yaml:7:\d+: error: ssm:\/orders\/prod\/B: Parameter Store does not take an empty/,
  );
});

it('what is behind an error of syntax is not judged, nor what it may have hidden', () => {
  const text =
    'service: orders\nentries:\n  /orders/{environment}:\n    A: { ssm: { prod: x } }\n    B: { ssm: "x }\nenvironments: [prod]\n';

  for (const each of problems(text)) expect(each).toContain('not valid YAML');
  expect(problems(text)).not.toEqual([]);
});

it('one bad directory or alias hides no other problem, and an alias within what it refers to is called that', () => {
  const text = [
    'service: orders',
    'environments: [prod]',
    'entries:',
    '  orders:',
    '    A: { smm: x }',
    '    B: { ssm: "" }',
    '  /a/{environmen}: { C: { dynamo: { x: &loop { y: *loop } } } }',
    '  /b/all:',
    '    D: *missing',
    '    E: { secret: plain }',
  ].join('\n');

  expect(problems(text).map((each) => each.split('\n')[0])).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^xcon.yaml:4:\d+: error: .*"orders" is relative/),
      expect.stringMatching(/^xcon.yaml:5:\d+: error: "A" has no source/),
      expect.stringMatching(/^xcon.yaml:6:\d+: error: ssm:orders\/B: Parameter Store does not take an empty value/),
      expect.stringMatching(/^xcon.yaml:7:\d+: error: .*environmen/),
      expect.stringMatching(
        /^xcon.yaml:7:\d+: error: the alias \*loop is within what it refers to, which would never end/,
      ),
      expect.stringMatching(/^xcon.yaml:9:\d+: error: the alias \*missing has no anchor/),
      expect.stringMatching(/^xcon.yaml:10:\d+: error: secret:\/b\/all\/E: the value of a secret is in the file/),
    ]) as string[],
  );
});
