import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { commands, common, copied, entries, root } from './project.mjs';

/**
 * Checks that each bundle finds what it uses of an earlier one among the exports of that one.
 *
 * @param copies - Sources that bundles have a copy of, as paths within the project.
 * @throws Error that names each import that cannot be resolved, and what to change.
 */
export async function checkImports(copies = copied) {
  const problems = await unexported(copies);
  if (problems.length === 0) return;
  throw new Error(`The bundles cannot be built.\n${problems.join('\n')}`);
}

/** Describes each import of what is in the bundle of another entry, which does not export it. */
async function unexported(copies) {
  const { inputs, outputs } = await graph();
  const built = [];
  const problems = [];
  for (const [name, entry] of Object.entries({ ...entries, ...commands })) {
    const files = new Set();
    const add = (file) => {
      if (files.has(file)) return;
      files.add(file);
      for (const { original, path } of inputs[file].imports.filter(({ path }) => path.startsWith('src/'))) {
        const owner = copies.has(path) ? undefined : built.find((each) => each.files.has(path));
        if (owner === undefined) add(path);
        else {
          const missing = namesImported(file, original).filter((each) => !owner.exports.includes(each));
          if (missing.length > 0) problems.push(description(file, path, missing, owner));
        }
      }
    };
    add(entry);
    // Commands are built one by one, on the entries.
    if (commands[name] !== undefined) continue;
    const { exports } = Object.values(outputs).find((each) => each.entryPoint === entry);
    built.push({ name, entry, files, exports });
  }
  return problems;
}

/** Reads what imports what, types left out, and what each entry exports. Nothing is written. */
async function graph() {
  const entryPoints = { ...entries, ...commands };
  const { metafile } = await build({
    ...common,
    entryPoints,
    outdir: 'out',
    format: 'esm',
    metafile: true,
    write: false,
  });
  return metafile;
}

/** Lists the names of values that a source imports, or exports again, from a path. */
function namesImported(file, path) {
  const text = readFileSync(join(root, file), 'utf8');
  const lists = [...text.matchAll(/^(?:import|export) \{([^}]*)\} from '([^']+)'/gm)].filter(
    ([, , from]) => from === path,
  );
  return lists
    .flatMap(([, names]) => names.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => each.split(' as ')[0]);
}

function description(file, path, names, owner) {
  const source = path.replace(/^src\/(.*)\.ts$/, '$1');
  return (
    `${file} imports ${names.join(', ')} from ${path}, which is in the bundle of ${owner.name}; ${owner.entry} does not export it. ` +
    `Name '${source}' in the list \`copied\` of .ci/build/project.mjs if it has nothing but functions, so that each bundle gets a copy; ` +
    `else export it from ${owner.entry}.`
  );
}
