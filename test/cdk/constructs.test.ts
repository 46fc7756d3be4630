import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { grantConfigRead } from '../../src/cdk/index';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { beyondLimits } from '../infra/attached-policies';
import { evaluate } from '../infra/cloudformation';
import { type Deployment, deployments, grantedStatements, makeAll, resourcesOfConstruct } from '../infra/construct';
import { normalized } from '../infra/normalized';
import { serviceInputs } from '../infra/service-inputs';
import { synthesize } from '../infra/synthesize';

describe('the constructs', () => {
  test.each(deployments)('make nothing that CloudFormation would reject, %s', (_, deployment) => {
    expect(synthesize((stack) => makeAll(stack, deployment)).findings).toEqual([]);
    expect(beyondLimits(resourcesOfConstruct(deployment))).toEqual([]);
  });

  test('make two tables, one handler with two sources, and the alarms for its failures', () => {
    const types = [...resourcesOfConstruct().values()].map(({ Type }) => Type.replace('AWS::', ''));

    expect(types.sort()).toEqual([
      ...Array<string>(8).fill('CloudWatch::Alarm'),
      ...Array<string>(2).fill('DynamoDB::Table'),
      ...Array<string>(4).fill('Events::Rule'),
      'IAM::Role',
      ...Array<string>(2).fill('Lambda::EventSourceMapping'),
      'Lambda::Function',
      'Logs::LogGroup',
      ...Array<string>(2).fill('SQS::Queue'),
      ...Array<string>(2).fill('SQS::QueuePolicy'),
    ]);
  });

  test('keep the rows of the configuration table, and not those of the cache', () => {
    const resources = resourcesOfConstruct();

    expect(resources.get('CacheTable')).toMatchObject({ DeletionPolicy: 'Delete' });
    expect(resources.get('ConfigTable')).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    });
  });

  test('make no table where both exist, and follow no stream that is unknown', () => {
    const typesOf = (deployment: Deployment) => [...resourcesOfConstruct(deployment).values()].map(({ Type }) => Type);
    const existing = { isExisting: true };
    const streaming = { isExisting: true, streamArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/x/stream/y' };

    expect(typesOf(existing)).not.toContain('AWS::DynamoDB::Table');
    expect(typesOf(existing).filter((each) => each.endsWith('EventSourceMapping'))).toHaveLength(1);
    expect(typesOf(streaming).filter((each) => each.endsWith('EventSourceMapping'))).toHaveLength(2);
  });
});

/** Takes from the ids of statements the digest of what they allow, which keeps those of several grants apart. */
function withoutDigests(statements: unknown): unknown {
  return (statements as readonly { readonly Sid: string }[]).map(({ Sid, ...each }) =>
    normalized({ ...each, Sid: /^(\w+)[0-9A-F]{8}$/.exec(Sid)?.[1] }),
  );
}

describe('a grant', () => {
  test.each(serviceInputs)('is the least policy of the service, %s', (_, options) => {
    const { configTable, cacheTable, tableKmsKeyArns, ...reader } = options;
    const deployment = {
      ...(typeof cacheTable === 'string' && { cacheTableName: cacheTable }),
      ...(configTable !== undefined && { configTableName: configTable }),
      ...(tableKmsKeyArns?.[0] !== undefined && { keyArn: tableKmsKeyArns[0] }),
    };

    expect(withoutDigests(grantedStatements(reader, deployment))).toEqual(
      normalized(leastPrivilegePolicy(options).Statement),
    );
  });

  test('needs no tables', () => {
    const { template } = synthesize((stack) => {
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
      grantConfigRead(role, { service: 'orders', environment: 'prod', region: 'us-east-1' });
    });

    const granted = [...evaluate(template).values()].find(({ Type }) => Type === 'AWS::IAM::Policy');
    const place = { partition: 'aws', region: 'us-east-1', account: '111122223333' };
    const { Statement } = granted?.Properties['PolicyDocument'] as { readonly Statement: unknown };
    expect(withoutDigests(Statement)).toEqual(
      normalized(leastPrivilegePolicy({ ...place, service: 'orders', environment: 'prod' }).Statement),
    );
  });
});
