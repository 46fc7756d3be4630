import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import * as xcon from 'xcon';
import { AwsClients, type ConfigValue, Directory, type DirectoryListing, DynamoProvider } from 'xcon';
import * as entries from 'xcon/entries';
import * as testing from 'xcon/testing';
import ts from 'typescript';
import { type AttributeMap, encodeAttribute } from '../../src/aws/attribute-value';
import { definitionOf, type SettingName, settingNames, variablesOf } from '../../src/settings/definitions';
import { BadRowError, readConfigRow } from '../cache/properties/python-reader';
import { readSession } from '../contract/read-session';
import vectors from '../conformance/xcon-vectors.json';
import { blocksOf, documents, readDocument, root, tableOf } from './documents';

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8'));

const definitionComments = readComments();

describe('docs/reference/errors.md', () => {
  const page = readDocument('docs/reference/errors.md');

  it('lists the codes and classes of the sources', () => {
    const listed = tableOf(page, ['Code', 'Class']).map(([code, name]) => `${code} ${name}`);

    expect(listed.toSorted()).toEqual(codesAndClasses().toSorted());
  });

  it('lists classes that are exported', () => {
    const exported = Object.keys({ ...xcon, ...testing, ...entries });

    expect(
      tableOf(page, ['Code', 'Class'])
        .map(([, name]) => name)
        .filter((name) => !exported.includes(name ?? '')),
    ).toEqual([]);
  });

  it('lists the log events of the sources', () => {
    const listed = tableOf(page, ['Event', 'Level']).map(([event]) => event);

    expect(listed.toSorted()).toEqual(logEvents().toSorted());
  });
});

describe('docs/guides/troubleshooting.md', () => {
  const page = readDocument('docs/guides/troubleshooting.md');

  it('says of every error code how to see more', () => {
    const listed = tableOf(page, ['Code', 'To see more']).map(([code]) => code);

    expect(listed.toSorted()).toEqual(
      codesAndClasses()
        .map((each) => each.split(' ')[0])
        .toSorted(),
    );
  });

  it('says of every log event what to look at', () => {
    const listed = tableOf(page, ['Event', 'Look at']).map(([event]) => event);

    expect(listed.toSorted()).toEqual(logEvents().toSorted());
  });
});

describe('docs/reference/library-settings.md', () => {
  it('has the table of the settings that the sources define, in their order', () => {
    const listed = tableOf(readDocument('docs/reference/library-settings.md'), [
      'Setting, variable',
      'Default',
      'Meaning',
    ]);

    expect(listed).toEqual(settingNames.map(rowOfSetting));
  });
});

describe('docs/reference/tables.md', () => {
  const [row = {}] = blocksOf(readDocument('docs/reference/tables.md'))
    .filter(({ info, code }) => info === 'json' && code.includes('"RETRY"'))
    .map(({ code }) => (encodeAttribute(JSON.parse(code) as ConfigValue)?.M ?? {}) as AttributeMap);

  it('shows a row of the config table that both libraries read', async () => {
    const client = new DynamoDBClient({ region: 'eu-west-1' });
    mockClient(client)
      .on(QueryCommand)
      .resolves({ Items: [{ ...row }] });
    const directory = Directory.from(row['app_key']?.S ?? '');
    const session = readSession({ clients: new AwsClients({ dynamo: client }) });

    const listing = await new DynamoProvider().readDirectory(directory, session);

    const item = (listing as DirectoryListing).find('retry');
    expect(item).toMatchObject({ name: 'retry', value: { times: 5, waitMs: 200 } });
    expect(readConfigRow(row)).toEqual({ name: 'retry', directory: directory.path, value: row['value'] });
  });

  it.each([['real_name'], ['real_directory']])('states correctly that the Python library needs %s', (name) => {
    const rest = Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

    expect(() => readConfigRow(rest)).toThrow(BadRowError);
  });
});

describe('The documentation', () => {
  const text = documents()
    .map((each) => each.text)
    .join('\n');

  it('names no variable that the sources do not read', () => {
    const read = [...settingNames.flatMap(variablesOf), entries.keyVariable];

    expect(matches(text, /\bXCON_[A-Z_]+\b/g).filter((name) => !read.includes(name))).toEqual([]);
  });

  it('lists every difference from the Python library', () => {
    const differing = vectors.vectors.filter((each) => 'differs' in each && each.differs).map(({ id }) => id);
    const page = readDocument('docs/reference/python-differences.md').text;
    const listed = matches(page, /\b[a-z_]+-\d{2}\b/g);

    expect(listed.toSorted()).toEqual(differing.toSorted());
    expect(page).toContain(`${vectors.vectors.length} vectors`);
    expect(page).toContain(`${differing.length} of them`);
  });
});

/** The error codes of the sources, each with its class. */
function codesAndClasses(): readonly string[] {
  const found = sources.flatMap((text) => [...text.matchAll(/^export class (\w+) [^]*?readonly code = '(\w+)'/gm)]);
  return found.map(([, name, code]) => `${code} ${name}`);
}

/** The log events of the sources. */
function logEvents(): readonly string[] {
  const pattern = /'((?:lookup|provider|cache|warm|watch|change|settings|last-good)\.[a-z-]+|aws\.refused)'/g;
  return [...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, event = '']) => event)))];
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(text.match(pattern) ?? [])];
}

/** The row of a setting as the page must have it: setting and variables, default and unit, the comment with its link. */
function rowOfSetting(name: SettingName): readonly string[] {
  const { kind, default: unset } = definitionOf(name);
  const isPlain = typeof unset === 'string' || typeof unset === 'number' || typeof unset === 'boolean';
  const cells = [name, ...variablesOf(name)].map((each) => `\`${each}\``).join('<br>');
  const { text, page } = commentOf(name);
  const more = page === undefined ? '' : ` [More](${page}).`;
  return [cells, isPlain ? `\`${unset}\`${kind.unit === undefined ? '' : ` ${kind.unit}`}` : '', `${text}${more}`].map(
    (cell) => cell.replace(/^`([^`]*)`$/, '$1'),
  );
}

/** What the comment of a setting in its definition says. */
function commentOf(name: SettingName): { readonly text: string; readonly page: string | undefined } {
  const [comment] = definitionComments.get(name) ?? [];
  const page = comment?.tags?.find((tag) => tag.tagName.text === 'see');
  return {
    text: plain(comment?.comment),
    page: page
      ?.getText()
      .replace('@see', '')
      .replaceAll(/[\s*]+/g, ''),
  };
}

function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s+/g, ' ');
}

function readComments(): ReadonlyMap<string, readonly ts.JSDoc[]> {
  const path = join(root, 'src/settings/definitions.ts');
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const comments = new Map<string, readonly ts.JSDoc[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node))
      comments.set(node.name.getText(), ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return comments;
}
