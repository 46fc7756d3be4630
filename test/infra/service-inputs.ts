import { type PolicyOptions } from '../../src/iam/policy-options';

const key = (id: string): string => `arn:aws:kms:eu-west-1:111122223333:key/${id}`;
const orders = {
  partition: 'aws',
  region: 'eu-west-1',
  account: '111122223333',
  service: 'orders',
  environment: 'prod',
};

/** Services whose policies all ways to deploy can say. */
export const serviceInputs: readonly (readonly [string, PolicyOptions])[] = [
  ['with defaults', orders],
  ['with the provider dynamo', { ...orders, providers: ['ssm', 'secrets', 'dynamo'], configTable: 'settings' }],
  [
    'with keys and names of tables',
    {
      ...orders,
      service: 'billing',
      environment: 'test',
      cacheTable: 'cache',
      providers: ['ssm', 'secrets', 'dynamo'],
      configTable: 'settings',
      kmsKeyArns: [key('sources')],
      cacheKmsKeyArn: key('sealing'),
      tableKmsKeyArns: [key('tables')],
    },
  ],
];
