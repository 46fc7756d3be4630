import { type Resource } from './cloudformation';
import { beyondLimits } from './attached-policies';

function statementOf(more: object = {}) {
  return { Sid: 'A', Effect: 'Allow', Action: ['ssm:GetParameters'], Resource: ['*'], ...more };
}

function policyOf(...statements: readonly object[]) {
  return {
    PolicyDocument: { Version: '2012-10-17', Statement: statements.length === 0 ? [statementOf()] : statements },
  };
}

function long(characters: number) {
  return policyOf(statementOf({ Resource: [`arn:aws:ssm:a:b:parameter/${'x'.repeat(characters)}`] }));
}

function faults(resources: Readonly<Record<string, readonly [type: string, properties: object]>>): readonly string[] {
  return beyondLimits(
    new Map(
      Object.entries(resources).map(([name, [Type, properties]]): [string, Resource] => [
        name,
        { Type, Properties: { ...properties } },
      ]),
    ),
  );
}

test('nothing is beyond the limits of policies that fit', () => {
  const Roles = ['<Role.Ref>'];
  expect(
    faults({
      Role: [
        'AWS::IAM::Role',
        { Policies: [policyOf(statementOf(), statementOf({ Sid: 'B' }))], ManagedPolicyArns: ['a'] },
      ],
      Inline: ['AWS::IAM::Policy', { ...long(9000), Roles }],
      Managed: ['AWS::IAM::ManagedPolicy', { ...long(5000), Roles }],
      Rule: ['AWS::Events::Rule', { EventPattern: { source: ['aws.ssm'] } }],
    }),
  ).toEqual([]);
});

const attached = (kind: string) => ({ [kind]: ['<X.Ref>'] });

test.each<[string, Parameters<typeof faults>[0], RegExp]>([
  ['an id twice', { P: ['AWS::IAM::Policy', policyOf(statementOf(), statementOf())] }, /two statements are called A/],
  ['an id with a dash', { P: ['AWS::SQS::QueuePolicy', policyOf(statementOf({ Sid: 'a-b' }))] }, /a-b is no id/],
  [
    'an inline id twice',
    { R: ['AWS::IAM::Role', { Policies: [policyOf(statementOf(), statementOf())] }] },
    /two statem/,
  ],
  [
    'a statement without resources',
    { P: ['AWS::IAM::Policy', policyOf(statementOf({ Resource: [] }))] },
    /allows nothing/,
  ],
  ['a resource that is a name', { P: ['AWS::IAM::Policy', policyOf(statementOf({ Resource: ['x'] }))] }, /x is no ARN/],
  ['a long managed policy', { P: ['AWS::IAM::ManagedPolicy', long(6144)] }, /a managed policy of 6\d+ characters/],
  [
    'long inline policies of a role',
    {
      P: ['AWS::IAM::Policy', { ...long(6000), ...attached('Roles') }],
      Q: ['AWS::IAM::Policy', { ...long(6000), ...attached('Roles') }],
    },
    /Roles <X.Ref>: inline policies of 12\d+ characters/,
  ],
  [
    'a long inline policy beside one in the role itself',
    {
      X: ['AWS::IAM::Role', { Policies: [long(6000)] }],
      Q: ['AWS::IAM::Policy', { ...long(6000), ...attached('Roles') }],
    },
    /Roles <X.Ref>: inline policies of 12\d+ characters/,
  ],
  [
    'a long inline policy of a user',
    { P: ['AWS::IAM::Policy', { ...long(2048), ...attached('Users') }] },
    /Users <X.Ref>/,
  ],
  [
    'a long inline policy of a group',
    { P: ['AWS::IAM::Policy', { ...long(5120), ...attached('Groups') }] },
    /Groups <X.Ref>/,
  ],
  [
    'eleven managed policies',
    {
      X: ['AWS::IAM::Role', { ManagedPolicyArns: Array<string>(10).fill('a') }],
      P: ['AWS::IAM::ManagedPolicy', { ...policyOf(), ...attached('Roles') }],
    },
    /Roles <X.Ref>: 11 managed policies/,
  ],
  [
    'a long pattern',
    { R: ['AWS::Events::Rule', { EventPattern: { source: ['x'.repeat(2048)] } }] },
    /a pattern of 2\d+/,
  ],
])('finds %s', (_, resources, fault) => {
  expect(faults(resources)).toEqual([expect.stringMatching(fault)]);
});
