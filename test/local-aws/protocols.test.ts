import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { GetParameterHistoryCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { ask, clientOptions, post, rejection } from './local-requests';

let aws: LocalAws;
let sts: STSClient;

beforeAll(async () => {
  aws = await startLocalAws();
  sts = new STSClient(clientOptions(aws));
});

beforeEach(() => aws.calls.clear());

afterAll(async () => {
  sts.destroy();
  await aws.close();
});

const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=KEY/20300102/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const known = 'It answers for ssm, secretsmanager, dynamodb, kms, sts, appconfigdata.';
const where = 'docs/reference/local-aws.md of xcon';

async function send(init: RequestInit & { readonly path?: string }) {
  const answer = await fetch(`${aws.url}${init.path ?? '/'}`, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe('the query protocol', () => {
  it('is answered with XML, also without a signature and by GET', async () => {
    const query = 'Action=GetCallerIdentity&Version=2011-06-15';

    const posted = await ask(aws, 'sts', 'GetCallerIdentity', {});
    const got = await send({ path: `/?${query}&X-Amz-Credential=KEY%2F20300102%2Fus-east-1%2Fsts%2Faws4_request` });

    expect(posted.headers.get('content-type')).toBe('text/xml');
    expect(posted.text).toBe(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<UserId>AIDALOCALNOTAREALUSER</UserId><Account>000000000000</Account>' +
        '<Arn>arn:aws:iam::000000000000:user/local</Arn></GetCallerIdentityResult>' +
        '<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
    );
    expect(got.text).toBe(posted.text);
    expect(aws.calls.all.map(({ service, operation, outcome }) => [service, operation, outcome])).toEqual([
      ['sts', 'GetCallerIdentity', 'ok'],
      ['sts', 'GetCallerIdentity', 'ok'],
    ]);
  });

  it('says which operations there are when one is not', async () => {
    const { name, message } = await rejection(sts.send(new GetSessionTokenCommand({})));

    expect(name).toBe('InvalidAction');
    expect(message).toMatch(
      /does not have the operation GetSessionToken of sts. It has GetCallerIdentity, AssumeRole\./,
    );
    expect(message).toContain(where);
  });

  it('has the errors of faults', async () => {
    aws.setFaults([{ target: '', service: 'sts', type: 'ExpiredToken', status: 403, message: 'over & out', times: 1 }]);

    const error = await rejection(sts.send(new GetCallerIdentityCommand({})));

    expect([error.name, error.message]).toEqual(['ExpiredToken', 'over & out']);
    expect(aws.calls.all[0]).toMatchObject({ outcome: 'fault', status: 403, error: 'ExpiredToken' });
  });

  it('repeats nothing of a request as markup', async () => {
    const { text } = await send({
      method: 'POST',
      body: new URLSearchParams({ Action: '<b>"&\u0000', Version: '2010-03-31' }),
    });

    expect(text).toContain('(&#60;b&#62;&#34;&#38;\u{FFFD})');
    expect(text).not.toContain('<b>');
  });
});

describe('a service that is not there', () => {
  it('of the query protocol is answered with XML', async () => {
    const body = new URLSearchParams({ Action: 'ListTopics', Version: '2010-03-31' });

    const { status, text } = await send({ method: 'POST', headers: signedFor('sns'), body });

    expect(status).toBe(400);
    expect(text).toMatch(/^<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code><Message>/);
    expect(text).toContain(`The local AWS does not answer for sns (ListTopics). ${known}`);
    expect(text).toContain(where);
  });

  it('that is S3 is answered with its XML', async () => {
    const { status, headers, text } = await send({ headers: signedFor('s3') });

    expect([status, headers.get('content-type')]).toEqual([400, 'application/xml']);
    expect(text).toMatch(
      /^<Error><Code>UnknownOperationException<\/Code><Message>The local AWS does not answer for s3\./,
    );
  });

  it('of JSON is answered with JSON, and a header for REST', async () => {
    const kinesis = await post(aws, 'Kinesis_20131202.ListStreams', {});
    const lambda = await send({ path: '/2015-03-31/functions/', headers: signedFor('lambda') });

    expect(kinesis.json['__type']).toBe('UnknownOperationException');
    expect(kinesis.json['message']).toContain(`does not answer for Kinesis_20131202 (ListStreams). ${known}`);
    expect(lambda.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    expect(lambda.text).toContain('does not answer for lambda.');
  });

  it('of CBOR is answered with CBOR', async () => {
    const headers = { ...signedFor('monitoring'), 'smithy-protocol': 'rpc-v2-cbor' };
    const answer = await fetch(`${aws.url}/service/GraniteService/operation/ListMetrics`, { method: 'POST', headers });
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect([answer.status, answer.headers.get('smithy-protocol')]).toEqual([400, 'rpc-v2-cbor']);
    expect(textsOfCbor(bytes)).toEqual([
      '__type',
      'UnknownOperationException',
      'message',
      expect.stringContaining(`does not answer for monitoring (ListMetrics). ${known}`),
    ]);
  });

  it('and that the request does not name is answered as well', async () => {
    const { status, text } = await send({});

    expect(status).toBe(400);
    expect(text).toContain('The request does not name its service');
    expect(aws.calls.all).toMatchObject([{ service: 'unknown', operation: '', outcome: 'error' }]);
  });
});

describe('the signer of a request', () => {
  it('is recorded as the user who changed a parameter', async () => {
    const roleInput = { RoleArn: 'arn:aws:iam::123456789012:role/deployer', RoleSessionName: 'release' };
    const { Credentials } = await sts.send(new AssumeRoleCommand(roleInput));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = Credentials ?? {};
    const user = new SSMClient(clientOptions(aws));
    const role = new SSMClient({ ...clientOptions(aws), credentials: { accessKeyId, secretAccessKey } });

    await user.send(new PutParameterCommand({ Name: '/a/one', Value: '1', Type: 'String' }));
    await role.send(new PutParameterCommand({ Name: '/a/one', Value: '2', Overwrite: true }));
    const { Parameters } = await user.send(new GetParameterHistoryCommand({ Name: '/a/one' }));
    user.destroy();
    role.destroy();

    expect(Parameters?.map(({ LastModifiedUser }) => LastModifiedUser)).toEqual([
      'arn:aws:iam::000000000000:user/local',
      'arn:aws:sts::123456789012:assumed-role/deployer/release',
    ]);
  });
});

/** Reads a map of texts, each with a length of two bytes. */
function textsOfCbor(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 1; at < bytes.length;) {
    const end = at + 3 + bytes.readUInt16BE(at + 1);
    texts.push(bytes.subarray(at + 3, end).toString());
    at = end;
  }
  return texts;
}
