import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type Credentials,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';

import { clientOptions, rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases, type World } from './world';

const RoleArn = 'arn:aws:iam::123456789012:role/teams/reader';
const assume = (client: STSClient, input: Partial<AssumeRoleCommandInput> = {}) =>
  client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'deploy', ...input }));

function clientWith({ aws }: World, given: Credentials | undefined): STSClient {
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken } = given ?? {};
  const credentials = { accessKeyId, secretAccessKey, sessionToken: `${SessionToken}` };
  return new STSClient({ ...clientOptions(aws), credentials });
}

const getCallerIdentity: OperationCase = async (world) => {
  const { Credentials: credentials } = await assume(world.sts);
  const session = clientWith(world, credentials);

  const user = await world.sts.send(new GetCallerIdentityCommand({}));
  const role = await session.send(new GetCallerIdentityCommand({}));
  session.destroy();

  expect(user).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:user/local',
    UserId: 'AIDALOCALNOTAREALUSER',
  });
  expect(role).toMatchObject({
    Account: '123456789012',
    Arn: 'arn:aws:sts::123456789012:assumed-role/reader/deploy',
    UserId: 'AROALOCALNOTAREALROLE:deploy',
  });
};

const assumeRole: OperationCase = async (world) => {
  const expiry = async (input: Partial<AssumeRoleCommandInput>, client = world.sts) =>
    (await assume(client, input)).Credentials?.Expiration?.getTime();

  const first = await assume(world.sts, { ExternalId: 'partner', SourceIdentity: 'someone' });
  const second = await assume(world.sts);
  const session = clientWith(world, second.Credentials);

  expect(first).toMatchObject({
    AssumedRoleUser: {
      Arn: 'arn:aws:sts::123456789012:assumed-role/reader/deploy',
      AssumedRoleId: 'AROALOCALNOTAREALROLE:deploy',
    },
    SourceIdentity: 'someone',
  });
  expect(first.Credentials?.AccessKeyId).toMatch(/^ASIA\w{16}$/);
  expect(second.Credentials?.AccessKeyId).not.toBe(first.Credentials?.AccessKeyId);
  expect(await expiry({})).toBe(1_700_000_000_000 + 3_600_000);
  expect(await expiry({ DurationSeconds: 900 })).toBe(1_700_000_000_000 + 900_000);
  expect(await expiry({ DurationSeconds: 3600 }, session)).toBe(1_700_000_000_000 + 3_600_000);
  expect(await rejectionName(expiry({ DurationSeconds: 3601 }, session))).toBe('ValidationError');
  for (const wrong of [
    { DurationSeconds: 899 },
    { DurationSeconds: 43_201 },
    { RoleArn: 'arn:aws:iam::123456789012:user/someone' },
    { RoleSessionName: 'a b' },
    { ExternalId: 'x' },
    { SourceIdentity: 'a b' },
    { RoleSessionName: undefined },
  ]) {
    expect([wrong, await rejectionName(assume(world.sts, wrong))]).toEqual([wrong, 'ValidationError']);
  }
  session.destroy();
};

/** The rows of STS. */
export const stsCases: ServiceCases = {
  seed: {},
  cases: { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole },
};
