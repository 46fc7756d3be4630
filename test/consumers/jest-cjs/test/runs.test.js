const { execFile } = require('node:child_process');
const { join } = require('node:path');

/** Runs Jest in this project. @returns What it says, as data and as text. */
const runJest = (...args) =>
  new Promise((resolve) => {
    const program = require.resolve('jest/bin/jest');
    execFile(process.execPath, [program, '--json', ...args], { cwd: join(__dirname, '..') }, (_, stdout, stderr) => {
      resolve({ results: JSON.parse(stdout), text: stderr });
    });
  });

const optionsFor = (file, options) => [
  '--config',
  JSON.stringify({ testMatch: [`<rootDir>/fixtures/${file}`], setupFilesAfterEnv: ['xcon/jest'], ...options }),
];

/** Gives the names of tests by how they ended. */
const outcomes = ({ testResults }) => testResults.flatMap(({ assertionResults }) => assertionResults);

test('a test that fails leaves nothing behind', async () => {
  const { results, text } = await runJest(...optionsFor('failing.test.js'));

  const wrong = outcomes(results).filter(({ status, title }) => !title.startsWith(status.slice(0, 4)));
  expect(wrong).toEqual([]);
  expect(results).toMatchObject({ numFailedTests: 5, numPassedTests: 5 });
  expect(text).toContain('Contexts must be left in reverse order');
  expect(text).toContain('"fails because of a call whose refusal was swallowed" called ssm GetParameter');
}, 60_000);

test('globals that are not injected are not needed', async () => {
  const { results, text } = await runJest('--injectGlobals=false', ...optionsFor('no-globals.test.js'));

  expect([results.numPassedTests, text]).toEqual([2, expect.stringContaining('2 passed')]);
}, 60_000);

test('in the wrong place, the setup says where it belongs', async () => {
  const setup = { setupFiles: ['xcon/jest'], setupFilesAfterEnv: [] };
  const { results, text } = await runJest(...optionsFor('no-globals.test.js', setup));

  expect(results.success).toBe(false);
  expect(text).toContain("xcon/jest belongs in Jest's setupFilesAfterEnv");
}, 60_000);

test('modules are reset before each test with resetModules', async () => {
  const { results } = await runJest(...optionsFor('no-globals.test.js', { resetModules: true }));

  expect(results.numPassedTests).toBe(2);
}, 60_000);

test('timers may be fake from the start', async () => {
  const { results } = await runJest(...optionsFor('no-globals.test.js', { fakeTimers: { enableGlobally: true } }));

  expect(results.numPassedTests).toBe(2);
}, 60_000);
