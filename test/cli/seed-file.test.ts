import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReloadOutcome, SeedFile } from '../../src/cli/seed-file';
import { type LocalAws, startLocalAws } from '../../src/testing';

let folder: string;
let path: string;
let aws: LocalAws;
let file: SeedFile;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'));
  path = join(folder, 'seed.yaml');
  writeFileSync(path, 'ssm: { /a: "1", /b: "1" }');
  file = await SeedFile.begin(path);
  aws = await startLocalAws({ seed: path });
});

afterEach(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

async function settle(text: string, target: Pick<LocalAws, 'reseed'> = aws): Promise<ReloadOutcome | undefined> {
  writeFileSync(path, text);
  await file.reload(target);
  return file.reload(target);
}

describe('SeedFile', () => {
  it('does nothing while the file stays as it is', async () => {
    expect(await file.reload(aws)).toBeUndefined();
  });

  it('tells in counts what a changed file has changed', async () => {
    expect(await settle('ssm: { /a: "22", /c: "3" }')).toEqual({
      kind: 'applied',
      text: `${path} was read again: 1 parameter added, 1 changed, 1 removed.`,
    });
    expect(await file.reload(aws)).toBeUndefined();
  });

  it.each([
    ['ssm: { /a: "hunter2" ', 'is not valid YAML at line 1, column 22 (BAD_INDENT).'],
    ['ssm: { /a: 22222222 }', 'ssm["/a"] is a number; expected a text (quote it) or { value, type }.'],
    ['', 'is null; expected a map with ssm, secrets, tables, kmsKeys, appConfig.'],
  ])('tells why %j cannot be, and changes nothing', async (text, problem) => {
    const outcome = await settle(text);

    const after = await settle('ssm: { /a: "1", /b: "1" } # as before');
    expect(outcome).toEqual({ kind: 'refused', text: `${path} was not applied. Seed file ${path}: ${problem}` });
    expect(after).toEqual({ kind: 'applied', text: `${path} was read again: nothing to change.` });
  });

  it('tells the kind of an error that may quote the file, not its message', async () => {
    const broken = { reseed: () => Promise.reject(new TypeError('cannot read hunter2')) };

    expect(await settle('ssm: {}', broken)).toEqual({
      kind: 'refused',
      text: `${path} was not applied. TypeError while doing so.`,
    });
  });
});
