import { App } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

afterAll(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

/** Makes an app whose output is removed after the tests of the file: an app that is given no folder leaves one behind. */
export function makeApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'xcon-cdk-'));
  folders.push(outdir);
  return new App({ outdir, analyticsReporting: false });
}
