import { groups } from './scenario-groups';
import { type Scenarios, turns } from './scenario';

/** Runs the scenarios of a group, and prints the name of each that has ended. There is no listener for unhandled rejections. */
async function outlive(scenarios: Scenarios): Promise<void> {
  for (const [name, scenario] of Object.entries(scenarios)) {
    await scenario();
    await turns();
    process.stdout.write(`${name}\n`);
  }
}

outlive(groups[process.argv[2] as keyof typeof groups]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});
