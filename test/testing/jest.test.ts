import { Agent } from 'node:http';
import { Socket } from 'node:net';
import { config, Context } from 'xcon';
import { testConfig } from 'xcon/testing';
import { TestFile } from '../../src/testing/test-file';

const methods = (): unknown[] => [Reflect.get(Agent.prototype, 'addRequest'), Reflect.get(Socket.prototype, 'connect')];
const before = methods();
const root = Context.current();
// As Jest does for a file in setupFilesAfterEnv.
jest.requireActual('xcon/jest');

const fileContext = Context.current();

beforeEach(() => {
  testConfig({ FROM_HOOK: 1 }).enter();
});

// In Jest, this comes after the hook of the setup.
afterEach(() => {
  expect(Context.current()).toBe(fileContext);
});

afterAll(() => {
  expect(methods()).toEqual(before);
  expect(Context.current()).toBe(fileContext);
});

it('has a context for the file', () => {
  expect(fileContext).not.toBe(root);
  expect(fileContext.parent).toBeUndefined();
});

it.each(['one', 'next'])('starts each test anew, with what hooks enter: %s', async () => {
  expect(await config.get('LEFT_BEHIND')).toBeUndefined();
  testConfig({ LEFT_BEHIND: 1 }).enter();

  expect([await config.get('LEFT_BEHIND'), await config.get('FROM_HOOK')]).toEqual([1, 1]);
});

it('has the name of the test', () => {
  expect(TestFile.current?.describe()).toBe('"has the name of the test"');
});

it.concurrent('has the name of a concurrent test', async () => {
  await Promise.resolve();

  expect(TestFile.current?.describe()).toBe('"has the name of a concurrent test"');
});

it('adds a matcher', async () => {
  await expect('FROM_HOOK').toResolveFrom('override');
  await expect('FROM_HOOK').not.toResolveFrom('ssm');
});

describe('outside of tests', () => {
  const described = TestFile.current?.describe();

  it('names the file', () => {
    expect(described).toMatch(/^Code outside of the tests of .*jest\.test\.ts$/);
  });
});
