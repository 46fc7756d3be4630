import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, readDocument, root } from './documents';

const project = join(root, 'test/consumers/bundlers');
const blocks = blocksOf(readDocument('docs/guides/bundling.md'));
const codeOf = (info: string): readonly string[] =>
  blocks.filter((block) => block.info === info).map(({ code }) => code);

describe('docs/guides/bundling.md', () => {
  it('has the commands that the project of the bundlers runs', () => {
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const commands = codeOf('sh').map((code) => code.trim().replace(/\s*\\\n\s*/g, ' '));

    expect(commands).toHaveLength(4);
    for (const each of commands) expect(Object.values(scripts)).toContain(each.replace(/^npx --no-install /, ''));
  });

  it('has the configuration files that the project of the bundlers uses', () => {
    const files = readdirSync(project).filter((name) => name.includes('.config.'));
    const texts = files.map((name) => readFileSync(join(project, name), 'utf8'));

    expect([...codeOf('cjs'), ...codeOf('mjs')].toSorted()).toEqual(texts.toSorted());
  });
});
