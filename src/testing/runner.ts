// What `xcon/testing` and the setups of test runners have in common.
export { type AwsCall } from './guard/aws-call';
export { AwsOutOfReachError } from './guard/aws-out-of-reach-error';
export { expectNoAws } from './expect-no-aws';
export { assertResolvesFrom, type MatcherResult, toResolveFrom, type XconMatchers } from './resolve-matcher';
export { type RunningTest, TestFile } from './test-file';
