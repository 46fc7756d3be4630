// Bundles the model checker and runs it: node test/model/run.mjs --seconds 60
// With `--without A.1`, A.2 or A.7 the library lacks that rule: then a run must find what breaks it.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runBundled } from '../../.ci/run-bundled.mjs';
import { rules, without } from './without.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const { values } = parseArgs({ args, options: { without: { type: 'string' } }, strict: false });
const rule = values.without;
const plugins = rule === undefined ? [] : [without(rule)];
const given = rule === undefined ? args : [...args, ...rules[rule].options, '--until', rules[rule].found.join('|')];
process.exitCode = await runBundled(here, ['main.ts', 'model-process.ts'], given, { plugins });
