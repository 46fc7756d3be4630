import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument, root, tableOf } from './documents';
import { installedPackages } from './installed-packages';

const page = readDocument('docs/explanation/dependencies.md');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
};
/** The lists of packages by licence: `- **MIT**: ...`. */
const byLicence = [...page.text.matchAll(/^- \*\*([\w.-]+)\*\*: ((?:`[^`]+`,?\s+)+)/gm)];

describe('README.md', () => {
  it('names the oldest version of TypeScript that CI compiles with', () => {
    const matrix = readFileSync(join(root, '.ci/type-matrix.mjs'), 'utf8');
    const [, oldest = 'none'] = /^const versions = \['([\d.]+)'/m.exec(matrix) ?? [];

    expect(readDocument('README.md').text).toContain(`TypeScript ${oldest} and newer`);
  });
});

it('an optional peer may have any version: a range would block the install of a project that has another, or move what it has', () => {
  const { peerDependencies, peerDependenciesMeta } = manifest;

  const strict = Object.keys(peerDependencies).filter(
    (name) => peerDependencies[name] !== '*' || peerDependenciesMeta[name]?.optional !== true,
  );

  expect(strict).toEqual([]);
});

describe('docs/explanation/dependencies.md', () => {
  it('gives a reason for each dependency, and for no other package', () => {
    const listed = tableOf(page, ['Package', 'Why']).map(([name]) => name);

    expect(listed.toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  });

  it('gives a reason for each optional peer', () => {
    const listed = tableOf(page, ['Optional peer']).map(([name]) => name);

    expect(listed.toSorted()).toEqual(Object.keys(manifest.peerDependencies).toSorted());
  });

  it('lists every package of a production install with its licence', () => {
    const listed = byLicence.flatMap(([, licence = '', packages = '']) =>
      [...packages.matchAll(/`([^`]+)`/g)].map(([, name = '']) => `${name} ${licence}`),
    );

    expect(listed.toSorted()).toEqual([...installedPackages()].map(([name, licence]) => `${name} ${licence}`).sort());
    expect(page.text).toMatch(new RegExp(`install\\s+${installedPackages().size} packages`));
  });

  it('names the versions of the AWS SDK that projects of CI install', () => {
    const pinned = ['sdk-oldest', 'sdk-node-20'].map((project) => {
      const { dependencies } = JSON.parse(
        readFileSync(join(root, 'test/consumers', project, 'package.json'), 'utf8'),
      ) as { readonly dependencies: Readonly<Record<string, string>> };
      return new Set(Object.values(dependencies));
    });
    const oldest = new Set(
      Object.entries(manifest.dependencies).flatMap(([name, range]) => (name.startsWith('@aws-sdk/') ? range : [])),
    );

    expect(pinned.map((each) => each.size)).toEqual([1, 1]);
    expect(oldest).toEqual(new Set([`^${[...(pinned[0] ?? [])].join()}`]));
    for (const version of pinned.flatMap((each) => [...each])) expect(page.text).toContain(version);
  });

  it('names a workflow that exists', () => {
    expect(existsSync(join(root, '.github/workflows/audit.yml'))).toBe(true);
  });
});
