import { execFileSync } from 'node:child_process';
import { formatVariables } from '../../src/cli/variables';

const variables = { AWS_ENDPOINT_URL: 'http://[::1]:4567', AWS_REGION: 'us-east-1' };

describe('formatVariables', () => {
  it('writes what a shell evaluates', () => {
    const script = `${formatVariables(variables, 'env')}echo $AWS_ENDPOINT_URL $AWS_REGION`;

    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} })).toBe(
      'http://[::1]:4567 us-east-1\n',
    );
  });

  it('writes JSON', () => {
    expect(JSON.parse(formatVariables(variables, 'json'))).toEqual(variables);
  });
});
