import { account as localAccount, localUserArn } from './arn';
import { type Fields, requireText, textField } from './fields';
import { formInteger } from './protocols';
import { type Identity, type Operations, operationsOf } from './service';
import { validationError } from './service-error';

/** A caller that has not assumed a role. */
const user: Identity = {
  account: localAccount,
  arn: localUserArn,
  userId: 'AIDALOCALNOTAREALUSER',
};

/** A session of a role lasts 15 minutes to 12 hours, an hour where nothing is said or one role assumes another. */
const durationSeconds = { least: 900, most: 43_200, usual: 3600 } as const;

/** Who signs with which key. */
export class Identities {
  private readonly sessions = new Map<string, Identity>();

  /** @param clock - Current time, milliseconds since the Unix epoch. */
  constructor(private readonly clock: () => number) {}

  /** Gives who signs with a key: any key but those of a session is that of the one user. */
  of(accessKeyId: string | undefined): Identity {
    return this.sessions.get(accessKeyId ?? '') ?? user;
  }

  /** Begins a session of a role, and gives its credentials, which are obviously not real. */
  begin(session: Identity, seconds: number): Fields {
    const number = String(this.sessions.size + 1).padStart(11, '0');
    const AccessKeyId = `ASIALOCAL${number}`;
    this.sessions.set(AccessKeyId, session);
    return {
      AccessKeyId,
      SecretAccessKey: 'local-aws-not-a-real-secret',
      SessionToken: `local-aws-not-a-real-session-${number}`,
      Expiration: new Date(this.clock() + seconds * 1000).toISOString(),
    };
  }
}

/** The operations of STS. Requests are forms, so all members are texts. */
export function stsOperations(identities: Identities): Operations {
  return operationsOf({
    GetCallerIdentity: ['', (_, { account, arn, userId }) => ({ UserId: userId, Account: account, Arn: arn })],
    AssumeRole: [
      'RoleArn RoleSessionName DurationSeconds ExternalId SourceIdentity',
      (fields, caller) => assumeRole(identities, fields, caller),
    ],
  });
}

/** Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (constraints, role chaining) */
function assumeRole(identities: Identities, fields: Fields, caller: Identity): Fields {
  const [, ofAccount, path] =
    /^arn:aws[\w-]*:iam::(\d{12}):role\/([\w+=,.@/-]+)$/.exec(requireText(fields, 'RoleArn')) ?? [];
  if (ofAccount === undefined || path === undefined) throw validationError('RoleArn is not the ARN of a role.');
  const session = matching(fields, 'RoleSessionName', /^[\w+=,.@-]{2,64}$/);
  if (session === undefined) throw validationError('RoleSessionName is missing.');
  matching(fields, 'ExternalId', /^[\w+=,.@:/-]{2,1224}$/);
  const SourceIdentity = matching(fields, 'SourceIdentity', /^[\w+=,.@-]{2,64}$/);
  const role = path.slice(path.lastIndexOf('/') + 1);
  const assumed = {
    account: ofAccount,
    arn: `arn:aws:sts::${ofAccount}:assumed-role/${role}/${session}`,
    userId: `AROALOCALNOTAREALROLE:${session}`,
  };
  return {
    Credentials: identities.begin(assumed, sessionSeconds(fields, caller)),
    AssumedRoleUser: { AssumedRoleId: assumed.userId, Arn: assumed.arn },
    SourceIdentity,
  };
}

function sessionSeconds(fields: Fields, caller: Identity): number {
  const seconds = formInteger(fields, 'DurationSeconds') ?? durationSeconds.usual;
  if (seconds < durationSeconds.least || seconds > durationSeconds.most) {
    throw validationError(`DurationSeconds is not from ${durationSeconds.least} to ${durationSeconds.most}.`);
  }
  if (caller !== user && seconds > durationSeconds.usual) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds;
}

function matching(fields: Fields, name: string, form: RegExp): string | undefined {
  const text = textField(fields, name);
  if (text !== undefined && !form.test(text)) throw validationError(`${name} does not match ${form.source}.`);
  return text;
}
