// Looks names up in a process that has just started: node cold-xcon-process.cjs load|parallel|loop fifty|crowded listing|names [warm]
import { config, xconSettings } from 'xcon';
import { print, timed } from './cold-answer';
import { crowded, declaredNames, fiftyNames } from './world';

const ways: Readonly<Record<string, (names: readonly string[]) => Promise<readonly unknown[]>>> = {
  load: async (names) => {
    const settings = await config.load(names);
    return names.map((name) => settings.get(name));
  },
  parallel: (names) => Promise.all(names.map((name) => config.get(name))),
  loop: async (names) => {
    const values: unknown[] = [];
    for (const name of names) values.push(await config.get(name));
    return values;
  },
};

async function main([way = 'load', what, strategy, warm]: readonly string[]): Promise<void> {
  if (strategy === 'names') xconSettings.strategy = strategy;
  if (what === 'crowded') config.directories = [crowded];
  if (warm === 'warm') await config.warm();
  const names = what === 'crowded' ? declaredNames : fiftyNames;
  const answer = await timed(async () => (await ways[way]?.(names)) ?? []);
  await config.close();
  print(answer);
}

void main(process.argv.slice(2));
