import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, blocksOf, readDocument, root } from './documents';
import { freePort, PageWalk, type Printed } from './page-commands';

const blocks = blocksOf(readDocument('docs/start/getting-started.md'));
const commands = blocks.filter(({ info }) => info === 'sh');
const isInstalling = ({ code }: Block): boolean => code.includes('npm install');
const runsOn = ({ code }: Block): boolean => code.includes('--seed');

describe('docs/start/getting-started.md', () => {
  let folder: string;
  let walk: PageWalk;
  const printed: Printed[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xcon-start-'));
    installHere(folder);
    walk = new PageWalk(folder, { '4567': `${await freePort()}` });
    for (const block of blocks) {
      if (walk.write(block) || block.info !== 'sh' || isInstalling(block)) continue;
      if (runsOn(block)) await walk.start(block);
      else printed.push(await walk.run(block));
    }
  });

  afterAll(async () => {
    await walk.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has commands that install, one that runs on, and some that print', () => {
    expect(commands.filter(isInstalling)).toHaveLength(1);
    expect(commands.filter(runsOn)).toHaveLength(1);
    expect(printed).toHaveLength(4);
  });

  it('prints what it says', () => {
    const promised = printed.filter(({ block }) => block.next?.info === 'text');

    expect(promised).toHaveLength(2);
    for (const { block, output, code } of promised) expect([code, output]).toEqual([0, block.next?.code.trim()]);
  });

  it('fails in another environment with every problem and a command for each', () => {
    const [failed] = printed.filter(({ code }) => code !== 0);

    expect(failed?.block.code).toContain('APP_ENV=staging');
    expect(failed?.errors).toContain('2 of 3 declared settings cannot be used');
    expect(failed?.errors).toContain('aws ssm put-parameter --name /orders/staging/DB_HOST');
    expect(failed?.errors).toContain('DB_PASSWORD');
  });

  it('says where a value comes from', () => {
    const [, , , last] = printed;

    expect(JSON.parse(last?.output ?? '')).toMatchObject({
      settings: [{ value: 'warn', directory: '/global/prod' }],
    });
  });
});

/** The package as an install would leave it, with its commands, and what it depends on. */
function installHere(project: string): void {
  const home = join(project, 'node_modules/xcon');
  mkdirSync(home, { recursive: true });
  cpSync(join(root, 'package.json'), join(home, 'package.json'));
  execFileSync(process.execPath, [join(root, '.ci/build.mjs'), '--js', '--reuse', '--out', join(home, 'dist')], {
    cwd: root,
  });
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'dir');
  const programs = join(project, 'node_modules/.bin');
  mkdirSync(programs);
  for (const name of ['xcon', 'xcon-local']) symlinkSync(`../xcon/dist/cjs/${name}.js`, join(programs, name));
  symlinkSync(join(root, 'node_modules/dynalite'), join(project, 'node_modules/dynalite'), 'dir');
}
