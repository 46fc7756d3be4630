export {
  type CallLog,
  type LocalAws,
  type LocalAwsCall,
  type LocalAwsChange,
  localAwsEnvironment,
  LocalAwsError,
  type LocalAwsFault,
  type LocalAwsLimits,
  type LocalAwsOptions,
  type LocalAwsOutcome,
  type LocalAwsSeed,
  type LocalAwsService,
  type ParameterType,
  type SeedChange,
  type SeedChanges,
  type SeedConfiguration,
  type SeedParameter,
  type SeedRotation,
  type SeedSecret,
  type SeedTable,
  startLocalAws,
} from '../local-aws/local-aws';
export { type FakeClients, fakeClients } from './fake-clients';
export {
  type ClientMock,
  type CommandClass,
  type MockedAnswer,
  type MockedCall,
  type MockedOutput,
} from './client-mock';
export { type FakeProvider, type FakeProviderOptions, fakeProvider } from './fake-provider';
export { type FakeFailure, type FakeFailures, type FakeValues } from './fake-source';
export { type FixedClock, fixedClock } from './fixed-clock';
export { fixedRandom } from './fixed-random';
export {
  assertResolvesFrom,
  type AwsCall,
  AwsOutOfReachError,
  expectNoAws,
  type MatcherResult,
  toResolveFrom,
  type XconMatchers,
} from './runner';
export { testConfig, withTestConfig } from './test-config';
