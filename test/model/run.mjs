// Bundles the model checker and runs it: node test/model/run.mjs --seconds 60
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBundled } from '../../.ci/run-bundled.mjs';

const here = dirname(fileURLToPath(import.meta.url));
process.exitCode = await runBundled(here, ['main.ts', 'model-process.ts'], process.argv.slice(2));
