import {
  GetLatestConfigurationCommand,
  type GetLatestConfigurationCommandOutput,
  StartConfigurationSessionCommand,
  type StartConfigurationSessionCommandInput,
} from '@aws-sdk/client-appconfigdata';

import { rejection, rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases, type World } from './world';

const profile = {
  ApplicationIdentifier: 'orders',
  EnvironmentIdentifier: 'prod',
  ConfigurationProfileIdentifier: 'settings',
};

async function start({ appConfig }: World, input: Partial<StartConfigurationSessionCommandInput> = {}) {
  const { InitialConfigurationToken: token } = await appConfig.send(
    new StartConfigurationSessionCommand({ ...profile, ...input }),
  );
  return token;
}

async function latest({ appConfig }: World, token: string | undefined) {
  const answer = await appConfig.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }));
  return { ...answer, text: textOf(answer) };
}

function textOf({ Configuration: content }: GetLatestConfigurationCommandOutput): string {
  return new TextDecoder().decode(content ?? undefined);
}

const startSession: OperationCase = async (world) => {
  const token = await start(world, { RequiredMinimumPollIntervalInSeconds: 30 });

  expect(await latest(world, token)).toMatchObject({ NextPollIntervalInSeconds: 30 });
  expect(await start(world)).not.toBe(token);
  expect(await rejection(start(world, { ConfigurationProfileIdentifier: 'other' }))).toMatchObject({
    name: 'ResourceNotFoundException',
    ResourceType: 'Configuration',
  });
  for (const wrong of [14, 86_401]) {
    const starting = start(world, { RequiredMinimumPollIntervalInSeconds: wrong });
    expect(await rejectionName(starting)).toBe('BadRequestException');
  }
  expect(await rejectionName(start(world, { ApplicationIdentifier: 'a'.repeat(129) }))).toBe('BadRequestException');
};

const getLatest: OperationCase = async (world) => {
  const token = await start(world);
  const first = await latest(world, token);
  const second = await latest(world, first.NextPollConfigurationToken);
  await world.aws.seed({
    appConfig: { 'orders/prod/settings': { content: 'a: 2', contentType: 'application/x-yaml', versionLabel: 'two' } },
  });
  const third = await latest(world, second.NextPollConfigurationToken);

  expect(first).toMatchObject({ text: '{"a":1}', ContentType: 'application/json', NextPollIntervalInSeconds: 60 });
  expect(second).toMatchObject({ text: '', NextPollIntervalInSeconds: 60 });
  expect(third).toMatchObject({ text: 'a: 2', ContentType: 'application/x-yaml', VersionLabel: 'two' });
  expect(await rejection(latest(world, token))).toMatchObject({
    name: 'BadRequestException',
    Reason: 'InvalidParameters',
  });
  await world.aws.reseed({});
  expect(await rejectionName(latest(world, third.NextPollConfigurationToken))).toBe('ResourceNotFoundException');
};

/** The rows of AppConfig. */
export const appConfigCases: ServiceCases = {
  seed: { appConfig: { 'orders/prod/settings': '{"a":1}' } },
  cases: { StartConfigurationSession: startSession, GetLatestConfiguration: getLatest },
};
