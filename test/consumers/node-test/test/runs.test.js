import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs node:test on a file of `fixtures`. @returns Exit code, and what it prints as TAP. */
const runTests = (file, ...options) =>
  new Promise((resolve) => {
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const args = [...options, '--test', '--test-reporter=tap', `fixtures/${file}`];
    execFile(process.execPath, args, { cwd: join(import.meta.dirname, '..'), env }, (error, stdout) => {
      resolve({ code: error?.code ?? 0, tap: stdout });
    });
  });

for (const option of ['--import', '--require']) {
  test(`a test that fails leaves nothing behind: ${option}`, async () => {
    const { code, tap } = await runTests('failing.test.js', option, 'xcon/node-test');

    const outcomes = [...tap.matchAll(/^ *(ok|not ok) \d+ - ((?:passes|fails).*)$/gm)];
    assert.equal(code, 1);
    assert.equal(outcomes.length, 10);
    for (const [, outcome, name] of outcomes) assert.equal(outcome, name.startsWith('passes') ? 'ok' : 'not ok', name);
    assert.match(tap, /Contexts must be left in reverse order/);
    assert.match(tap, /"fails because of a call whose refusal was swallowed" called ssm GetParameter/);
  });
}
