import {
  AwsClients,
  isConfigError,
  LocalCache,
  ProviderError,
  type SettingsValues,
  XconSettings,
} from '../../src/index';
import { type LocalAws } from '../../src/local-aws/local-aws';
import { isolated, MapProvider, RecordedLog } from '../chain/doubles';
import { type Fault } from './faults';
import { configOf, type RequestKind } from './requests';

/** What a lookup came to while something went wrong. */
export interface Cell {
  /** `value`, `next place`, or the error. */
  readonly get: string;
  /** Requests of the kind that the lookup made. */
  readonly requests: number;
  /** Whether one was given up after `requestTimeoutMs`, or got its answer at once. */
  readonly within: string;
  /** Requests of the kind that a second lookup made directly after. */
  readonly again: number;
  /** Warnings, by event. */
  readonly logged: string;
  /** Whether the cache table has the answer. */
  readonly cached: string;
}

/** Time-outs of the table, **milliseconds**. */
export const timeouts: Partial<SettingsValues> = {
  connectTimeoutMs: 1000,
  requestTimeoutMs: 1000,
  lookupBudgetMs: 20_000,
};

/** Waits until the requests of a kind have ended: the one for a lease goes on when its lookup no longer waits for it. */
async function requestsEnded(aws: LocalAws, kind: RequestKind): Promise<void> {
  const isOpen = (): boolean => aws.calls.all.some((call) => isOfKind(call, kind) && call.outcome === undefined);
  for (let waits = 0; waits < 500 && isOpen(); waits += 1) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Looks a name up twice while something goes wrong with one kind of request. */
export async function tryCell(aws: LocalAws, kind: RequestKind, fault: Fault, service: string): Promise<Cell> {
  const { operation, table } = kind;
  const target = {
    target: `^${operation}$`,
    service: kind.service,
    ...(table !== undefined && { body: `"${table}"` }),
  };
  aws.setFaults(fault.plan === undefined ? [] : [{ ...target, ...fault.plan(kind) }]);
  aws.calls.clear();
  const log = new RecordedLog();
  const clients = new AwsClients({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const redirected = await redirect(clients, kind, fault);
  const settings = new XconSettings({ service, environment: 'prod', ...timeouts, ...kind.settings });
  const count = (): number => aws.calls.all.filter((call) => isOfKind(call, kind)).length + redirected.count;
  try {
    return await isolated([log.logger(), new LocalCache(), clients, settings], async () => {
      const config = configOf(kind, service);
      config.addProvider(new MapProvider({ name: 'next', held: { '/shared/prod': { x: 'next place' } } }));
      const ask = (): Promise<string> =>
        Promise.all(kind.names.map((name) => config.get(name).then(String, nameOfError))).then(
          ([first]) => first ?? '',
        );
      const get = await ask();
      await config.flush();
      await requestsEnded(aws, kind);
      const requests = count();
      const timedOut = aws.calls.all.some((call) => isOfKind(call, kind) && call.outcome === 'aborted');
      await ask();
      await config.flush();
      const again = count() - requests;
      const rows = await aws.rows('global-all-configCache');
      const own = rows.filter(({ app_key, real_name }) => app_key?.S === `/${service}/prod` && real_name?.S === 'x');
      return {
        get,
        requests,
        within: timedOut ? '`requestTimeoutMs`' : 'at once',
        again,
        logged: [
          ...new Set(
            log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => `\`${String(fields['event'])}\``),
          ),
        ].join(', '),
        cached: own.length > 0 ? 'yes' : 'no',
      };
    });
  } finally {
    aws.setFaults([]);
    await clients.close();
  }
}

interface Call {
  readonly service: string;
  readonly operation: string;
  readonly body?: unknown;
}

function isOfKind({ service, operation, body }: Call, kind: RequestKind): boolean {
  if (service !== kind.service || operation !== kind.operation) return false;
  return kind.table === undefined || JSON.stringify(body ?? {}).includes(`"${kind.table}"`);
}

function nameOfError(error: unknown): string {
  if (!isConfigError(error)) throw error;
  if (error instanceof ProviderError) expect(JSON.stringify(error.message)).not.toContain('"value"');
  return `\`${error.name}\``;
}

interface Step {
  readonly request: {
    hostname: string;
    port?: number | undefined;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array;
  };
}

/** Sends the requests of a kind elsewhere. @returns How many there were. */
async function redirect(
  clients: AwsClients,
  kind: RequestKind,
  { redirect: to }: Fault,
): Promise<{ readonly count: number }> {
  const redirected = { count: 0 };
  if (to === undefined) return redirected;
  const make = {
    ssm: () => clients.ssm(),
    secretsmanager: () => clients.secretsManager(),
    dynamodb: () => clients.dynamo(),
    kms: () => clients.kms(),
  };
  const client = (await isolated([new XconSettings(timeouts)], make[kind.service])) as unknown as {
    readonly middlewareStack: { add(middleware: unknown, options: object): void };
  };
  const middleware = (next: (step: Step) => Promise<unknown>) => (step: Step) => {
    const operation = step.request.headers['x-amz-target']?.split('.').at(-1);
    const isOther =
      operation !== kind.operation ||
      (kind.table !== undefined && !textOf(step.request.body).includes(`"${kind.table}"`));
    if (isOther) return next(step);
    redirected.count += 1;
    Object.assign(step.request, to);
    return next(step);
  };
  client.middlewareStack.add(middleware, { step: 'finalizeRequest', priority: 'low', name: 'elsewhere' });
  return redirected;
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(new Uint8Array(body)).toString('utf8');
}
