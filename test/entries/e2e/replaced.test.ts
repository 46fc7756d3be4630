import { type AwsClients } from 'xcon';
import { applied } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
afterEach(() => here.close());

const entry = (source: string): string => `entries:\n  /orders/prod:\n    TOKEN: { ssm: ${source} }\n`;
const variables = { TOKEN: 'canary-of-the-source' };
const dies = [{ target: 'PutParameter', status: 400, type: 'AccessDeniedException' }];

async function valueOf(name: string): Promise<string | undefined> {
  const { GetParameterCommand } = await import('@aws-sdk/client-ssm');
  return here.request(async (clients: AwsClients) => {
    const ssm = await clients.ssm();
    const { Parameter: found } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return found?.Value;
  });
}

it('a replacement that ends between its deletion and its creation loses nothing, though its source is gone', async () => {
  here = await EntriesWorld.start();
  await here.apply(entry('a text'));
  here.aws.setFaults(dies);
  const failed = await here.apply(entry('{ from: env:TOKEN }'), { reader: { variables } });
  here.aws.setFaults([]);
  expect(failed.entries).toMatchObject([{ action: 'replace', outcome: 'failed' }]);
  expect(here.aws.calls.count('DeleteParameter')).toBe(1);
  expect(here.stateText).toContain('"replacing"');
  expect(here.stateText).not.toContain('canary');

  const plan = await here.plan(entry('{ from: env:TOKEN }'), {}, { variables: {} });
  const report = await here.apply(entry('{ from: env:TOKEN }'), { reader: { variables: {} } });

  expect(plan.changes).toMatchObject([{ action: 'create', drift: [] }]);
  expect(JSON.stringify([plan, report])).not.toContain('canary');
  expect(report.entries).toMatchObject([{ action: 'create', outcome: 'done' }]);
  expect(await valueOf('/orders/prod/TOKEN')).toBe('canary-of-the-source');
  expect(here.stateText).not.toContain('"replacing"');
});

it('a replacement by another value is allowed as a deletion is, and a plan shows that it ends the former value', async () => {
  here = await EntriesWorld.start();
  await here.apply(entry('{ generate: {} }'));
  const generated = await valueOf('/orders/prod/TOKEN');
  const plan = await here.plan(entry('a text'));
  const session = here.session(entry('a text'));

  expect(plan.changes).toMatchObject([{ action: 'replace', losesValue: true }]);
  await expect(here.world.run(() => applied(plan, session))).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
  expect(await valueOf('/orders/prod/TOKEN')).toBe(generated);

  await here.world.run(() => applied(plan, session, { allowDelete: true }));
  expect(await valueOf('/orders/prod/TOKEN')).toBe('a text');
});

it('a replacement that keeps its value needs no permission to delete', async () => {
  here = await EntriesWorld.start();
  await here.apply(entry('a text'));
  const plan = await here.plan(entry('a text').replace('a text', 'a text, type: StringList'));
  const session = here.session(entry('a text').replace('a text', 'a text, type: StringList'));

  const report = await here.world.run(() => applied(plan, session));

  expect(report.entries).toMatchObject([{ action: 'replace', outcome: 'done' }]);
});
