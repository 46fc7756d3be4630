import { join } from 'node:path';
import { commands } from '../../src/cli/commands';
import { readDocument, tableOf } from '../docs/documents';
import { patientVariables } from '../setup/patience';
import { folderWith, useLocalAws, xcon } from './run-xcon';

const project = {
  'xcon.yaml': [
    'service: orders',
    'environments: [staging, prod]',
    `declaration: ${join(__dirname, 'declaration.ts')}#settings`,
    'stack: orders',
    'entries:',
    '  /orders/{environment}:',
    '    ENTRY: { ssm: x }',
    '    TOKEN: { secret: { generate: { length: 20 } } }',
    '',
  ].join('\n'),
  'new.env': 'NEW=1\n',
  'broken.yaml': 'service: orders\nentries:\n  /orders/all:\n    A: { smm: x }\n',
};
/** A line of each command, in an order in which each finds what it is about. */
const lines: readonly (readonly [name: string, rest: string])[] = [
  ['get', 'DB_HOST NO_SUCH --no-cache'],
  ['get', 'DB_HOST'],
  ['list', '--all'],
  ['explain', 'DB_HOST NO_SUCH'],
  ['export', '--only DB_HOST,PAGE_SIZE'],
  ['diff', 'staging prod --all'],
  ['check', 'prod'],
  ['check', 'staging --declaration DECLARATION#deployed'],
  ['policy', ''],
  ['env-example', ''],
  ['document', ''],
  ['set', 'SIZE 1 --yes'],
  ['set', 'SIZE 2 --yes'],
  ['history', 'SIZE'],
  ['rollback', 'SIZE 1 --yes'],
  ['copy', 'SIZE COPIED --yes'],
  ['move', 'COPIED MOVED --yes'],
  ['unset', 'MOVED --yes'],
  ['unset', 'DB_PASSWORD --yes'],
  ['import', 'new.env --yes'],
  ['validate', ''],
  ['validate', '--file broken.yaml'],
  ['plan', ''],
  ['apply', '--yes'],
  ['state list', ''],
  ['state show', 'ssm:/orders/prod/ENTRY'],
  ['set', 'ENTRY changed --yes'],
  ['drift', ''],
  ['state forget', 'ssm:/orders/prod/ENTRY --yes'],
  ['adopt', 'ENTRY --yes'],
  ['destroy', '--yes --allow-delete'],
  ['unlock', 'no-lock'],
  ['cache status', ''],
  ['cache list', ''],
  ['cache create-table', '--yes'],
  ['cache clear', '--yes'],
  ['doctor', ''],
  ['completion', 'bash'],
];
const local = useLocalAws();

/** Keys of a problem, which the row of `validate` lists. */
const diagnosticKeys: readonly string[] = ['severity', 'summary', 'detail', 'at', 'entry'];

/** Keys by path: `settings[]` and its keys; the document itself has an empty path. */
type Keys = ReadonlyMap<string, ReadonlySet<string>>;

/** The keys that the page lists, by command. */
function documented(): ReadonlyMap<string, Keys> {
  const rows = tableOf(readDocument('docs/reference/cli.md'), ['Command', 'Keys']);
  // A cell of one code comes without its marks.
  const codesIn = (text: string) =>
    text.includes('`') ? [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code) : [text];
  return new Map(
    rows.flatMap(([names = '', cell = '']) => {
      const parts = cell.split('; ').map((part): readonly [string, ReadonlySet<string>] => {
        const [, path = ''] = /^`([^`]+\[\])`: /.exec(part) ?? [];
        if (part.endsWith(': as `validate`')) return [path, new Set(diagnosticKeys)];
        return [path, new Set(codesIn(part).filter((code) => code !== path))];
      });
      return codesIn(names).map((name): readonly [string, Keys] => [name, new Map(parts)]);
    }),
  );
}

/** The keys of a document, and of the objects in its lists. */
function keysOf(document: object): Keys {
  const lists = Object.entries(document).flatMap(
    ([key, value]): readonly (readonly [string, ReadonlySet<string>])[] => {
      const items = Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
      return items.length === 0 ? [] : [[`${key}[]`, new Set(items.flatMap((each) => Object.keys(each as object)))]];
    },
  );
  return new Map([['', new Set(Object.keys(document))] as const, ...lists]);
}

it('the page has a row for each command that prints a document', () => {
  const names = commands.map(({ name }) => name).filter((name) => name !== 'run');

  expect([...documented().keys()].toSorted()).toEqual(names.toSorted());
});

it('documents have the keys of the page, and no other', async () => {
  const cwd = folderWith(project);
  const page = documented();
  const env = { ...patientVariables, XCON_SSM_WRITES_PER_SECOND: '1000' };
  const wrong: string[] = [];
  for (const [name, rest] of lines) {
    const given = rest.replace('DECLARATION', join(__dirname, 'declaration.ts')).split(' ');
    const args = [...name.split(' '), ...given.filter((each) => each !== ''), '-e', 'prod', '--json'];
    const { out, err } = await xcon(args, { aws: local.aws, cwd, env });
    const known = page.get(name) ?? new Map<string, ReadonlySet<string>>();
    const listed = new Set([...known.keys()].map((path) => path.replace('[]', '')));
    if (out === '') wrong.push(`${name} ${rest}: ${err}`);
    for (const [path, keys] of keysOf(JSON.parse(out === '' ? '{}' : out) as object)) {
      const allowed = known.get(path);
      // Of lists without a group of their own, the page says what they are.
      if (allowed === undefined && path !== '') continue;
      const unknown = [...keys].filter((key) => allowed?.has(key) !== true && !(path === '' && listed.has(key)));
      if (unknown.length > 0) wrong.push(`${name} ${path}: ${unknown.join(', ')}`);
    }
  }

  expect(wrong).toEqual([]);
});
