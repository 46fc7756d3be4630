import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { root } from './project.mjs';

/** What the build made a bundle use of an earlier one: a name, and no file. */
const namespace = /(?:^|\/)built:(\w[\w-]*)$/;
/** A package that the build made a bundle require: code of the bundle itself. */
const requiredPackage = /(?:^|\/)required:/;

/** Makes the maps of a build name the sources where the package has them, beside the folder of the build, wherever that is now. */
export async function pointToSources(out) {
  const files = await readdir(out, { recursive: true });
  for (const file of files.filter((each) => each.endsWith('.map'))) {
    const path = join(out, file);
    const folder = dirname(path);
    const { sourcesContent: _, ...map } = JSON.parse(await readFile(path, 'utf8'));
    const sources = map.sources.map((source) => {
      if (requiredPackage.test(source)) return `./${basename(file, '.map')}`;
      const [, built] = namespace.exec(source) ?? [];
      if (built !== undefined) return `./${built}${basename(file, '.map').endsWith('.mjs') ? '.mjs' : '.js'}`;
      return relative(folder, join(out, '..', relative(root, resolve(folder, source))));
    });
    await writeFile(path, JSON.stringify({ ...map, sources }));
  }
}
