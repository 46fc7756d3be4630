import * as injected from '@jest/globals';
import { jestGlobals } from '../../src/testing/jest-globals';

const globals = globalThis as { beforeEach?: unknown };
const original = globals.beforeEach;

afterEach(() => {
  globals.beforeEach = original;
});

it('uses the globals of Jest', () => {
  const own = jest.fn();
  globals.beforeEach = own;

  expect(jestGlobals().beforeEach).toBe(own);
});

it('uses the module of Jest where there are no globals', () => {
  delete globals.beforeEach;

  expect(jestGlobals().beforeEach).toBe(injected.beforeEach);
});
