// Takes a rule out of the library while it is bundled, so that the model checker has something to find.
import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/**
 * By rule: the functions that hold it, each with the statement that it begins with instead; options that show soonest what is
 * missing; and the rules of the judge that answers break then.
 */
export const rules = {
  // A row is never older than what was known.
  'A.1': {
    functions: {
      writableMs: 'return Infinity;',
      isNewerThan: 'return true;',
      unlessReplaced: 'return undefined;',
      isOutdated: 'return false;',
    },
    options: ['--one-account', '--whole-answers'],
    found: ['went back', 'too old', 'not missing', 'a higher place had a value'],
  },
  // What is read in another account is never given in this one.
  'A.2': {
    functions: { nameFor: 'return provider.cacheName;' },
    options: ['--whole-answers'],
    found: ['another place'],
  },
  // An answer that lacks something is a failure, and not an absent setting.
  'A.7': {
    functions: { wholeAnswer: 'return answer;' },
    options: ['--one-account'],
    found: ['not missing', 'a higher place had a value'],
  },
};

/**
 * Gives a plugin of esbuild for programs without a rule.
 *
 * @throws Error for an unknown rule; and while bundling, when there is not one function of each name: then the table is out of date.
 */
export function without(rule) {
  const known = rules[rule];
  if (known === undefined) throw new Error(`--without ${rule}: expected one of ${Object.keys(rules).join(', ')}.`);
  const names = Object.keys(known.functions);
  return {
    name: `without ${rule}`,
    setup({ onLoad, onEnd }) {
      const places = new Set();
      onLoad({ filter: /[\\/]src[\\/].+\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!names.some((name) => text.includes(name))) return undefined;
        const bodies = bodiesIn(path, text, names);
        for (const { name } of bodies) places.add(`${name} of ${path}`);
        const contents = bodies.reduceRight(
          (all, { name, at }) => `${all.slice(0, at)} ${known.functions[name]}${all.slice(at)}`,
          text,
        );
        return { contents, loader: 'ts' };
      });
      onEnd(() => {
        const found = [...places].map((place) => place.split(' ')[0]).sort();
        if (found.join() === [...names].sort().join()) return;
        throw new Error(
          `--without ${rule}: expected one function of each name, ${names.join(', ')}; found ${found.join(', ')}.`,
        );
      });
    },
  };
}

/** Gives where the bodies of functions with these names begin in a file, in order. */
function bodiesIn(file, text, names) {
  const bodies = [];
  const visit = (node) => {
    const name = ts.isFunctionDeclaration(node) ? node.name?.text : undefined;
    if (node.body !== undefined && names.includes(name)) bodies.push({ name, at: node.body.getStart() + 1 });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return bodies;
}
