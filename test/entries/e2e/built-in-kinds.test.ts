import { PutSecretValueCommand, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type AnyEntryKind, builtInKinds, type KindSample, verifyEntryKind } from 'xcon/entries';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
beforeEach(async () => {
  here = await EntriesWorld.start();
});
afterEach(() => here.close());

const address = { directory: '/verified/all', name: 'SAMPLE' };
const full = '/verified/all/SAMPLE';
const kindOf = (name: string): AnyEntryKind => builtInKinds.find((each) => each.name === name) ?? ({} as AnyEntryKind);

const samples: readonly (readonly [string, () => Omit<KindSample, 'kind' | 'address'>])[] = [
  [
    'ssm',
    () => ({
      ...{ value: 'one', otherValue: 'two', wrongValue: '""' },
      createForeign: () => Promise.resolve(here.aws.putParameter(full, 'foreign')),
      changeForeign: () => Promise.resolve(here.aws.putParameter(full, 'foreign')),
    }),
  ],
  [
    'secret',
    () => ({
      ...{
        value: '{ json: { user: one, key: { generate: {} } } }',
        otherValue: '{ json: { user: two, key: { generate: {} } } }',
        wrongValue: 'plain',
      },
      secrets: ['"user":"two"', '"user":"one"'],
      changeForeign: async () => {
        const client = await here.world.clients.secretsManager();
        await client.send(new PutSecretValueCommand({ SecretId: full, SecretString: 'foreign' }));
        await client.send(new UpdateSecretCommand({ SecretId: full, Description: 'by another tool' }));
      },
    }),
  ],
  ['dynamo', () => ({ value: '{ on: true }', otherValue: '{ on: false }', wrongValue: '{ generate: {} }' })],
];

it.each(samples)('%s keeps the contract of a kind', async (name, sample) => {
  await here.world.run(() => verifyEntryKind({ kind: kindOf(name), address, ...sample() }));
});
