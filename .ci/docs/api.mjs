/**
 * Makes the API reference from the comments of the sources: `docs/api`, a page for each export, which is not committed, and
 * `docs/reference/api.md`, the list of all of them, which is. Fails when an export, a member of one or a parameter of an exported function has
 * no description.
 *
 *     node .ci/docs/api.mjs [--check]
 *
 * With `--check`, the list is not written; it fails when the list is not current.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Application, Comment, LogLevel, ReflectionKind } from 'typedoc';
import { deployments, entries, manifest, root } from '../build/project.mjs';

const isCheck = process.argv.includes('--check');
const list = join(root, 'docs/reference/api.md');
/** What is imported, and its source: `xcon` first, where what it re-exports belongs. */
const modules = Object.entries({ index: entries.index, ...entries, ...deployments })
  .map(([entry, file]) => [entry === 'index' ? '.' : `./${entry}`, file])
  .filter(([path]) => path in manifest.exports)
  .map(([path, file]) => [`xcon${path.slice(1)}`, file]);
const kinds = {
  [ReflectionKind.Class]: 'class',
  [ReflectionKind.Function]: 'function',
  [ReflectionKind.Interface]: 'interface',
  [ReflectionKind.Namespace]: 'namespace',
  [ReflectionKind.TypeAlias]: 'type',
  [ReflectionKind.Variable]: 'value',
};

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  tsconfig: join(root, 'tsconfig.json'),
  basePath: root,
  entryPoints: modules.map(([, file]) => join(root, file)),
  name: 'API',
  out: join(root, 'docs/api'),
  readme: 'none',
  // Types are checked by `npm run types`.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  sort: ['kind', 'alphabetical'],
  validation: { notDocumented: true, invalidLink: true, notExported: false, invalidPath: false, rewrittenLink: false },
  treatWarningsAsErrors: true,
  requiredToBeDocumented: [
    'Namespace',
    'Enum',
    'EnumMember',
    'Variable',
    'Function',
    'Class',
    'Interface',
    'Property',
    'Method',
    'Accessor',
    'TypeAlias',
  ],
  logLevel: LogLevel.Warn,
  hidePageHeader: true,
  hideBreadcrumbs: false,
  useCodeBlocks: true,
  parametersFormat: 'table',
  propertiesFormat: 'table',
  entryFileName: 'index',
});

// What typedoc says while it reads is about parameters of overloads.
app.logger.level = LogLevel.Error;
const project = await app.convert();
if (project === undefined) process.exit(1);
app.logger.level = LogLevel.Warn;
app.logger.resetErrors();
app.logger.resetWarnings();
describeRepeated(project);
for (const module of project.children ?? []) module.name = importedAs(module.name);
app.validate(project);
for (const name of undescribedParameters(project)) app.logger.error(`${name} has no description.`);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
linkToPages(join(root, 'docs/api'));
await writeList(project);

/** Gives a description to what repeats a described member, and to members that the language or Node calls. */
function describeRepeated(reflections) {
  const called = {
    '[custom]': 'Its text for `util.inspect`; a secret is masked.',
    '[dispose]': 'Ends it at the end of a block with `using`.',
    '[asyncDispose]': 'Ends it at the end of a block with `await using`.',
    '[iterator]': 'Iterates over its entries, in their order.',
  };
  const named = {
    dependencyName: 'Name in messages and inspections.',
    isAbstractKind: 'Whether it is a base of kinds, and no kind of its own.',
    name: 'Name of the class, as a literal.',
  };
  const forwards = new Set(['ConfigApi', 'XconService']);
  const memberOf = (parent, name) => {
    const member = parent?.getChildByName(name);
    return member?.getSignature ?? member?.signatures?.[0];
  };
  const config = reflections.getReflectionsByKind(ReflectionKind.Class).find(({ name }) => name === 'Config');
  for (const each of reflections.getReflectionsByKind(ReflectionKind.All)) {
    if (each.hasComment()) continue;
    const { parent } = each;
    const text =
      called[each.name] ??
      (each.kind === ReflectionKind.SetSignature
        ? textOf(parent?.getSignature) || 'Sets it; `Default` takes it back.'
        : undefined) ??
      (parent?.kind === ReflectionKind.Class ? named[each.name] : undefined) ??
      (forwards.has(parent?.name) ? textOf(memberOf(config, each.name)) : undefined) ??
      (parent?.kind === ReflectionKind.TypeLiteral ? `The \`${each.name}\` of it.` : undefined);
    if (text !== undefined && text !== '') each.comment = new Comment([{ kind: 'text', text }]);
  }
}

/** Gives the parameters of exported functions that have no description; one that is taken apart has that of its type. */
function undescribedParameters(reflections) {
  return reflections
    .getReflectionsByKind(ReflectionKind.Function)
    .flatMap(({ name, signatures: [first] = [] }) =>
      (first?.parameters ?? [])
        .filter((each) => !each.hasComment() && each.name !== '__namedParameters')
        .map((each) => `The parameter ${each.name} of ${name}()`),
    );
}

function textOf(reflection) {
  return (reflection?.comment?.summary ?? []).map((part) => part.text).join('');
}

/** Makes links of comments, which are relative to `docs/reference`, lead to the pages from wherever typedoc put the comment. */
function linkToPages(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.md')) continue;
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const linked = text.replaceAll(/\]\(\.\.\/(guides|explanation|reference|start)\//g, '](/docs/$1/');
    if (linked !== text) writeFileSync(file, linked);
  }
}

/** What a module is imported as. */
function importedAs(name) {
  const ofFile = (file) => file.replace(/(\/index)?\.ts$/, '');
  const found = modules.find(([, file]) => ofFile(file) === name.replace(/^xcon\//, ''));
  return found?.[0] ?? name;
}

async function writeList(project) {
  const parts = (project.children ?? []).map((module) => {
    const own = (module.children ?? []).filter(({ kind }) => kind !== ReflectionKind.Reference);
    const repeated = (module.children ?? []).length - own.length;
    const rows = own.map((each) => [`\`${each.name}\``, kinds[each.kind] ?? 'value', summaryOf(each)]);
    const head = [
      ['Export', 'Kind', 'What it is'],
      ['---', '---', '---'],
    ];
    const table = [...head, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
    const also = [
      ...(repeated === 0 ? [] : [`${repeated} names that are listed above.`]),
      ...(own.length + repeated === 0 ? ['No names: it is imported for what it sets up.'] : []),
    ];
    return [`## \`${module.name}\``, ...(own.length === 0 ? [] : [table]), ...also].join('\n\n');
  });
  const intro = `# API

Every export, by what it is imported from, with the first sentence of its description. The full reference (members, parameters, errors,
examples) is in the declarations of the package, where editors show it; \`npm run docs:api\` makes pages of it in \`docs/api\`, which the
site has. This list is made by the same command.`;
  const style = await resolveConfig(list, { config: join(root, '.ci/prettier.json') });
  const text = await format([intro, ...parts].join('\n\n'), { ...style, parser: 'markdown' });
  if (!isCheck) return writeFileSync(list, text);
  if (readFileSync(list, 'utf8') === text) return undefined;
  console.error('docs/reference/api.md is not current: run npm run docs:api');
  return process.exit(1);
}

/** The first sentence of a description. */
function summaryOf(reflection) {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  const text = (comment?.summary ?? [])
    .map((part) => part.text)
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const [sentence = text] = /^.*?[.:](?= |$)/.exec(text) ?? [];
  return sentence.replace(/:$/, '.').replaceAll('|', '\\|');
}
