import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a source of credentials does with each request. */
export type Behaviour = 'good' | 'reset' | 'hang' | number;

const role = 'orders-role';

/** Credentials as ECS, EKS and EC2 give them. */
const given = {
  Code: 'Success',
  AccessKeyId: 'AKIDEXAMPLE',
  SecretAccessKey: 'not-a-secret',
  Token: 'token',
  Expiration: '2099-01-01T00:00:00Z',
};

/** The answers of the sources of credentials, by what is asked for. */
const answers: Readonly<Record<string, (behaviour: Behaviour) => string>> = {
  '/container': () => JSON.stringify(given),
  '/latest/api/token': () => 'metadata-token',
  '/latest/meta-data/iam/security-credentials/': () => role,
  [`/latest/meta-data/iam/security-credentials/${role}`]: () => JSON.stringify(given),
  '/federation/credentials': () =>
    JSON.stringify({
      roleCredentials: {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.Token,
        expiration: Date.parse(given.Expiration),
      },
    }),
  '/': () =>
    `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>` +
    `<Credentials><AccessKeyId>${given.AccessKeyId}</AccessKeyId><SecretAccessKey>${given.SecretAccessKey}</SecretAccessKey>` +
    `<SessionToken>${given.Token}</SessionToken><Expiration>${given.Expiration}</Expiration></Credentials>` +
    `</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
};

/** A server on the loopback interface that acts as the credentials endpoint of ECS, IMDS, SSO and STS. */
export class CredentialsServer {
  behaviour: Behaviour = 'good';
  /** Body of the answers with an error status. */
  errorBody = '{"message":"no"}';
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.answer(request, response));
  }

  static async start(): Promise<CredentialsServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CredentialsServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = (request.url ?? '').split('?', 1);
    this.asked.push(`${request.method} ${path}`);
    const { behaviour } = this;
    request.resume();
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') request.socket.resetAndDestroy();
    else if (typeof behaviour === 'number') response.writeHead(behaviour).end(this.errorBody);
    else response.writeHead(path in answers ? 200 : 404).end(answers[path]?.(behaviour));
  }
}

/** A home directory with the files that a login writes. */
export class Home {
  private constructor(readonly path: string) {}

  static async make(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), 'xcon-home-')));
  }

  get configFile(): string {
    return join(this.path, '.aws', 'config');
  }

  get credentialsFile(): string {
    return join(this.path, '.aws', 'credentials');
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }

  /** Writes what `aws sso login` does. */
  async logIn(startUrl: string, expiresAt: string): Promise<void> {
    const name = createHash('sha1').update(startUrl).digest('hex');
    const token = { startUrl, region: 'us-east-1', accessToken: 'sso-token', expiresAt };
    await this.write(join(this.path, '.aws', 'sso', 'cache', `${name}.json`), JSON.stringify(token));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
