import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltCommand, type TerminalCommand } from '../../cli/built-command';
import { actionsOf } from '../sessions';
import { BuiltRun } from './built-run';

const head = 'service: orders\nenvironments: [prod]\nentries:\n  /orders/{environment}:\n';
const canary = 'canary-typed-at-a-prompt';
const ctrlC = '\u0003';
const many = Array.from({ length: 40 }, (_, index) => [`N${index}`, `value ${index} `.repeat(20).trim()] as const);
const manyEntries = `${head}${many.map(([name, value]) => `    ${name}: { ssm: ${value} }\n`).join('')}`;

let built: BuiltCommand;
let run: BuiltRun;

beforeAll(() => {
  built = new BuiltCommand();
});
beforeEach(async () => {
  run = await BuiltRun.start(built);
});
afterEach(() => run.close());
afterAll(() => built.remove());

function xcon(line: string): TerminalCommand {
  const variables = { ...run.variables, ENTRIES: join(run.folder, 'xcon.yaml') };
  return built.startAtTerminal(`${line} --file "$ENTRIES"`, variables);
}

/** Names and values of the parameters that were written, each time they were. */
function written(): readonly string[] {
  const puts = run.aws.calls.of('PutParameter').filter(({ outcome }) => outcome === 'ok');
  return puts.map(({ body }) => (body as { readonly Name: string }).Name);
}

async function untilWritten(count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    run.onCall = () => {
      if (written().length >= count) resolve();
    };
  });
}

const lockFile = (): string => readFileSync(join(run.folder, '.xcon/state.json.lock'), 'utf8');

describe('xcon apply at a terminal', () => {
  it('shows the plan, asks, and shows how far it is and how long the rest takes', async () => {
    run.write(`${head}    A: 1\n    B: 2\n    C: 3\n    D: 4\n    E: 5\n    F: 6\n`);
    const command = xcon('apply');

    await command.shows('Apply 6 changes to the stack orders\\?');
    expect(command.screen).toContain('+ create ssm:/orders/prod/A');
    expect(written()).toEqual([]);
    command.type('y');

    expect(await command.exitCode()).toBe(0);
    expect(command.screen).toMatch(/Applied \d of 6, about \d+ s left/);
    expect(command.screen).toContain('Done: 6 of 6.');
    expect(written()).toHaveLength(6);
  });

  it.each([
    ['n', 'no'],
    ['\r', 'Enter alone'],
    [ctrlC, 'Ctrl-C'],
  ])('writes nothing after %j (%s)', async (keys) => {
    run.write(`${head}    A: 1\n`);
    const command = xcon('apply');

    await command.shows('Apply 1 change to the stack orders\\?');
    command.type(keys);

    expect([4, 130]).toContain(await command.exitCode());
    expect(command.screen).toContain('Nothing was changed.');
    expect(written()).toEqual([]);
  });

  it('asks for a value without showing it', async () => {
    run.write(`${head}    PIN: { ssm: { from: prompt } }\n`);
    const command = xcon('apply');

    await command.shows('Apply 1 change to the stack orders\\?');
    command.type('y');
    await command.shows('Value of ssm:/orders/prod/PIN');
    command.type(canary);
    command.type('\r');

    expect(await command.exitCode()).toBe(0);
    expect(command.screen + run.state).not.toContain(canary);
    expect(written()).toEqual(['/orders/prod/PIN']);
  });

  it('ends what has begun after Ctrl-C, gives the lock up, exits with 130, and the next apply writes the rest', async () => {
    run.write(manyEntries);
    const stopping = untilWritten(12);
    const command = xcon('apply --rate 10');
    await command.shows('Apply 40 changes to the stack orders\\?');
    command.type('y');
    await stopping;
    command.type(ctrlC);

    expect(await command.exitCode()).toBe(130);
    const done = written().length;
    expect(done).toBeGreaterThanOrEqual(12);
    expect(done).toBeLessThan(40);
    expect(command.screen).toContain(`Done: ${done} of 40.`);
    expect(lockFile()).toBe('{}');
    const records = JSON.parse(run.state) as { readonly entries: readonly unknown[] };
    expect(records.entries).toHaveLength(done);

    const again = xcon('apply --yes --rate 1000');

    expect(await again.exitCode()).toBe(0);
    expect([...written()].sort()).toEqual(many.map(([name]) => `/orders/prod/${name}`).sort());
    expect(actionsOf(await run.plan(manyEntries))).toEqual([]);
  });
});

describe('xcon destroy at a terminal', () => {
  it('wants the name of the stack typed', async () => {
    const entries = `${head}    A: 1\n    B: 2\n`;
    run.write(entries);
    await run.apply(entries);
    const refused = xcon('destroy');
    await refused.shows('Type the name of the stack');
    refused.type('order\r');

    expect(await refused.exitCode()).toBe(4);
    expect(run.aws.calls.count('DeleteParameter')).toBe(0);

    const confirmed = xcon('destroy');
    await confirmed.shows('Type the name of the stack');
    confirmed.type('orders\r');

    expect(await confirmed.exitCode()).toBe(0);
    expect(run.aws.calls.count('DeleteParameter')).toBe(2);
  });
});
