import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Results {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs Vitest on what is in `fixtures`. */
function runVitest(...args: readonly string[]): Promise<Results> {
  const root = join(import.meta.dirname, '..');
  const program = join(root, 'node_modules/vitest/vitest.mjs');
  const all = [program, 'run', '--reporter=json', '--config', 'fixtures/vitest.config.mjs', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: root }, (_, stdout) => resolve(JSON.parse(stdout) as Results));
  });
}

test.each([
  ['--pool=forks'],
  ['--pool=threads'],
  ['--sequence.hooks=list'],
  ['--sequence.hooks=parallel'],
  ['--no-isolate'],
])('a test that fails leaves nothing behind: %s', { timeout: 60_000 }, async (option) => {
  const results = await runVitest(option);

  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  const messages = tests.flatMap(({ failureMessages }) => failureMessages).join('\n');
  expect(tests.filter(({ status, title }) => !title.startsWith(status.slice(0, 4)))).toEqual([]);
  expect(results).toMatchObject({ numFailedTests: 5, numPassedTests: 5 });
  expect(messages).toContain('Contexts must be left in reverse order');
  expect(messages).toContain('"fails because of a call whose refusal was swallowed" called ssm GetParameter');
});
