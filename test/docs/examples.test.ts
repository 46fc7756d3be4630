import { join } from 'node:path';
import { config, Context } from 'xcon';
import { type LocalAws, startLocalAws } from 'xcon/testing';
import { type Block, blocksOf, documents, root } from './documents';
import { promisedLines, runBlock } from './run-block';
import { typeErrors } from './type-check';

const blocks = documents().flatMap(blocksOf);
const typed = blocks.filter(({ info }) => info === 'ts' || info === 'ts run');
const runnable = blocks.filter(({ info }) => info === 'ts run');
const cases = (all: readonly Block[]) => all.map((block) => [block.place, block] as const);

describe('The TypeScript blocks of the documentation', () => {
  let errors: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    errors = typeErrors(typed);
  });

  test.each(cases(typed))('%s compiles', (place) => {
    expect(errors.get(place)).toEqual([]);
  });

  it('have no other marks than "ts" and "ts run"', () => {
    const others = blocks.filter(
      ({ info }) => /^(ts|js|typescript|javascript)\b/.test(info) && !typed.some((each) => each.info === info),
    );

    expect(others.map(({ place, info }) => `${place} ${info}`)).toEqual([]);
  });
});

describe('The blocks marked "ts run"', () => {
  const before = { ...process.env };
  let aws: LocalAws;

  beforeEach(async () => {
    aws = await startLocalAws({ seed: join(root, 'docs/examples/seed.yaml') });
    Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod' });
  });

  afterEach(async () => {
    await aws.close();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  test.each(cases(runnable))('%s prints what it says', async (_, block) => {
    const scope = Context.createRoot().enter();
    try {
      const printed = await runBlock(block);

      expect(printed).toEqual(promisedLines(block));
    } finally {
      await config.close();
      scope.exit();
    }
  });
});
