import { isLoopback } from '../../../src/testing/guard/loopback';

describe('isLoopback', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.255.0.9', '::1', '[::1]', '::ffff:127.0.0.1'])(
    'recognizes %s as this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each([
    ...['ssm.us-east-1.amazonaws.com', 'localhost.example.com', 'host.docker.internal', 'localstack', ''],
    ...['128.0.0.1', '169.254.169.254', '0.0.0.0', '10.0.0.1', '::2', '[fd00:ec2::254]', '::ffff:10.0.0.1'],
  ])('treats %p as another machine', (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});
