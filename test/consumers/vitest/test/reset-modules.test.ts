import { beforeEach, expect, test, vi } from 'vitest';
import * as xcon from 'xcon';
import { testConfig, withTestConfig } from 'xcon/testing';
import { connect } from './orders';

beforeEach(() => {
  vi.resetModules();
});

test('a service that is loaded anew sees what is entered and run', async () => {
  const copy = await import('./orders');
  testConfig({ DB_HOST: 'entered' }).enter();

  expect(copy.connect).not.toBe(connect);
  expect(await copy.connect()).toBe('connected to entered');
  expect(await withTestConfig({ DB_HOST: 'run' }, copy.connect)).toBe('connected to run');
});

test('nothing of the one before is left', async () => {
  const copy = await import('./orders');

  await expect(copy.connect()).rejects.toThrow('No value for "DB_HOST"');
  expect(xcon.config.resolvedService).toBe('testing');
});
