import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as xcon from 'xcon';
import * as testing from 'xcon/testing';
import { settingsDefaults } from '../../src/settings/settings-values';
import { variableReaders } from '../../src/settings/settings-checks';
import vectors from '../conformance/xcon-vectors.json';
import { documents, readDocument, root, tableOf } from './documents';

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src', name), 'utf8'));

describe('docs/errors.md', () => {
  const page = readDocument('docs/errors.md');

  it('lists the codes and classes of the sources', () => {
    const inSources = sources.flatMap((text) => [
      ...text.matchAll(/^export class (\w+) [^]*?readonly code = '(\w+)'/gm),
    ]);
    const listed = tableOf(page, ['Code', 'Class']).map(([code, name]) => `${code} ${name}`);

    expect(listed.toSorted()).toEqual(inSources.map(([, name, code]) => `${code} ${name}`).toSorted());
  });

  it('lists classes that are exported', () => {
    const exported = Object.keys({ ...xcon, ...testing });

    expect(
      tableOf(page, ['Code', 'Class'])
        .map(([, name]) => name)
        .filter((name) => !exported.includes(name ?? '')),
    ).toEqual([]);
  });

  it('lists the log events of the sources', () => {
    const inSources = sources.flatMap((text) =>
      [...text.matchAll(/'((?:lookup|provider|cache|warm|watch|change|settings|last-good)\.[a-z-]+)'/g)].map(
        (match) => match[1],
      ),
    );
    const listed = tableOf(page, ['Event', 'Level']).map(([event]) => event);

    expect(listed.toSorted()).toEqual([...new Set(inSources)].toSorted());
  });
});

describe('docs/library-settings.md', () => {
  const rows = tableOf(readDocument('docs/library-settings.md'), ['Setting, variable', 'Default']).map(
    ([names = '', defaultValue = '']) => {
      const [setting = '', ...variables] = names.replaceAll('`', '').split('<br>');
      return { setting: setting as keyof typeof settingsDefaults, variables, defaultValue };
    },
  );

  it('lists the settings of the sources', () => {
    const listed = rows.map(({ setting }) => setting);

    expect(listed.toSorted()).toEqual(Object.keys(settingsDefaults).toSorted());
  });

  it.each(rows)('gives the variables, the default and the unit of $setting', ({ setting, variables, defaultValue }) => {
    const value = settingsDefaults[setting];
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const unit = /Minutes$/.test(setting) ? ' minutes' : /Seconds$/.test(setting) ? ' seconds' : ' milliseconds';

    expect(variables).toEqual(variableReaders[setting]?.variables ?? []);
    expect(defaultValue.replaceAll('`', '')).toBe(isPlain ? `${value}${typeof value === 'number' ? unit : ''}` : '');
  });
});

describe('The documentation', () => {
  const text = documents()
    .map((each) => each.text)
    .join('\n');

  it('names no variable that the sources do not read', () => {
    const read = Object.values(variableReaders).flatMap(({ variables }) => variables);

    expect(matches(text, /\bXCON_[A-Z_]+\b/g).filter((name) => !read.includes(name))).toEqual([]);
  });

  it('lists every difference from the Python library', () => {
    const differing = vectors.vectors.filter((each) => 'differs' in each && each.differs).map(({ id }) => id);
    const page = readDocument('docs/python-differences.md').text;
    const listed = matches(page, /\b[a-z_]+-\d{2}\b/g);

    expect(listed.toSorted()).toEqual(differing.toSorted());
    expect(page).toContain(`${vectors.vectors.length} vectors`);
    expect(page).toContain(`${differing.length} of them`);
  });
});

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(text.match(pattern) ?? [])];
}
