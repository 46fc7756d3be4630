import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { context, type Context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DynamoCacher, SsmProvider } from '../../src/index';
import { startTelemetry, type Telemetry, type TelemetryOptions } from '../../src/otel/index';
import { AwsWorld, ordersConfig } from '../end-to-end/world';

const channels = ['memory-hit', 'lookup', 'request', 'cache-read', 'refresh'].map((name) => channel(`xcon:${name}`));
let world: AwsWorld;
let telemetry: Telemetry;
let spans: InMemorySpanExporter;
let metrics: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let tracerProvider: BasicTracerProvider;
let meterProvider: MeterProvider;

beforeEach(async () => {
  world = await AwsWorld.start({
    seed: {
      ssm: { '/orders/prod/HOST': 'db', '/orders/prod/PASSWORD': { value: 'hunter2', type: 'SecureString' } },
      tables: { 'global-all-configCache': {} },
    },
  });
  spans = new InMemorySpanExporter();
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  meterProvider = new MeterProvider({ readers: [reader] });
});

afterEach(async () => {
  telemetry.close();
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), world.close()]);
});

function start(options: TelemetryOptions = {}): void {
  telemetry = startTelemetry({ tracerProvider, meterProvider, ...options });
}

/** Collects the metrics, by name: unit, and value by attributes; of histograms, how much they have counted. */
async function collected() {
  metrics.reset();
  await reader.forceFlush();
  const all = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
  return new Map(
    all.map(({ dataPoints, descriptor }) => {
      const points = dataPoints.map(({ attributes, value }) => ({
        attributes,
        value: typeof value === 'number' ? value : value.count,
      }));
      return [descriptor.name, { unit: descriptor.unit, points }];
    }),
  );
}

describe('metrics', () => {
  it('count lookups by outcome, source and tier, those from memory included', async () => {
    start();

    await world.run(async () => {
      const config = ordersConfig();
      for (const name of ['HOST', 'HOST', 'HOST', 'NONE', 'NONE']) await config.get(name);
    });

    const found = { 'xcon.lookup.outcome': 'found', 'xcon.source': 'ssm', 'xcon.stale': false };
    const missing = { 'xcon.lookup.outcome': 'missing', 'xcon.source': 'none', 'xcon.stale': false };
    expect((await collected()).get('xcon.lookups')).toEqual({
      unit: '{lookup}',
      points: [
        { attributes: { ...found, 'xcon.tier': 'source' }, value: 1 },
        { attributes: { ...found, 'xcon.tier': 'memory' }, value: 2 },
        { attributes: { ...missing, 'xcon.tier': 'source' }, value: 1 },
        { attributes: { ...missing, 'xcon.tier': 'memory' }, value: 1 },
      ],
    });
  });

  it('measure lookups and requests in seconds, the cache in rows, and the age of the oldest answer', async () => {
    start();

    await world.run(async () => {
      const config = ordersConfig({ cacher: new DynamoCacher() });
      await config.get('HOST');
      await config.flush();
      await config.refresh();
      await config.get('HOST');
    });

    const all = await collected();
    const partition = {
      'aws.dynamodb.table_names': ['global-all-configCache'],
      'xcon.cache.partition': '/orders/prod',
    };
    const durations = all.get('xcon.lookup.duration');
    expect(durations).toMatchObject({ unit: 's', points: [{ value: 1 }, { value: 1 }] });
    expect(durations?.points.map(({ attributes }) => attributes['xcon.tier'])).toEqual(['source', 'cache']);
    expect(all.get('xcon.request.duration')?.points).toContainEqual({
      attributes: {
        'rpc.system': 'aws-api',
        'rpc.service': 'DynamoDB',
        'rpc.method': 'Query',
        'http.response.status_code': 200,
      },
      value: 2,
    });
    expect(all.get('xcon.cache.rows')).toMatchObject({ unit: '{row}', points: [{ attributes: partition }] });
    expect(all.get('xcon.cache.rows')?.points[0]?.value).toBeGreaterThan(0);
    expect(all.get('xcon.refreshes')).toEqual({
      unit: '{refresh}',
      points: [{ attributes: { 'xcon.refresh.reason': 'requested' }, value: 1 }],
    });
    expect(all.get('xcon.answer.age')?.unit).toBe('s');
    expect(all.get('xcon.answer.age')?.points[0]?.value).toBeGreaterThanOrEqual(0);
  });

  it('say what kind of error a lookup has failed with', async () => {
    start();
    world.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);

    await world.run(() =>
      ordersConfig()
        .get('HOST')
        .catch(() => undefined),
    );

    const failed = { 'xcon.lookup.outcome': 'failed', 'xcon.source': 'none', 'xcon.stale': false };
    expect((await collected()).get('xcon.lookup.duration')?.points).toEqual([
      { attributes: { ...failed, 'xcon.tier': 'source', 'error.type': 'PROVIDER_FAILED' }, value: 1 },
    ]);
  });

  it('have neither names nor values of settings', async () => {
    start();

    await world.run(async () => {
      const config = ordersConfig();
      for (const name of ['HOST', 'PASSWORD', 'PASSWORD']) await config.get(name);
    });

    expect(JSON.stringify([...(await collected())])).not.toMatch(/hunter2|"db"|HOST|PASSWORD/);
  });
});

describe('spans', () => {
  const named = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name);

  it('are made of lookups that leave memory and of requests, and of nothing else', async () => {
    start();

    await world.run(async () => {
      const config = ordersConfig({ directories: ['/orders/prod'], providers: [SsmProvider] });
      for (const name of ['PASSWORD', 'PASSWORD']) await config.get(name);
    });

    expect(
      spans
        .getFinishedSpans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['SSM.GetParametersByPath', 'xcon.lookup']);
    expect(named('xcon.lookup')[0]?.attributes).toEqual({
      'xcon.lookup.outcome': 'found',
      'xcon.source': 'ssm',
      'xcon.stale': false,
      'xcon.tier': 'source',
      'xcon.directory': '/orders/prod',
    });
    const [request] = named('SSM.GetParametersByPath');
    expect(request?.kind).toBe(2);
    expect(request?.attributes).toEqual({
      'rpc.system': 'aws-api',
      'rpc.service': 'SSM',
      'rpc.method': 'GetParametersByPath',
      'http.response.status_code': 200,
      'aws.request_id': expect.any(String) as string,
    });
  });

  it('say how often a request was sent again, where it was', async () => {
    start();
    world.aws.setFaults([{ target: 'GetParametersByPath', status: 500, times: 1 }]);
    const options = { directories: ['/orders/prod'], providers: [SsmProvider] };

    await world.run(() => ordersConfig(options).get('HOST'), [world.makeClients({ maxAttempts: 2 })]);

    expect(named('SSM.GetParametersByPath').map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      1,
    ]);
  });

  it('have the name of the setting when it is asked for, and never its value', async () => {
    start({ settingNames: true });

    await world.run(() => ordersConfig().get('PASSWORD'));

    expect(named('xcon.lookup')[0]?.attributes).toMatchObject({ 'xcon.setting.name': 'PASSWORD' });
    const shown = spans.getFinishedSpans().map(({ attributes, name, status }) => [attributes, name, status]);
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('are errors when a lookup or a request failed', async () => {
    start();
    world.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);

    await world.run(() =>
      ordersConfig({ directories: ['/orders/prod'] })
        .get('HOST')
        .catch(() => undefined),
    );

    expect(named('xcon.lookup')[0]).toMatchObject({
      status: { code: 2, message: 'PROVIDER_FAILED' },
      attributes: { 'error.type': 'PROVIDER_FAILED', 'xcon.lookup.outcome': 'failed' },
    });
    expect(named('SSM.GetParametersByPath')[0]).toMatchObject({
      status: { code: 2, message: 'InternalFailure' },
      attributes: { 'error.type': 'InternalFailure', 'http.response.status_code': 500 },
    });
  });

  it('are children of the span that is active where they are caused', async () => {
    const storage = new AsyncLocalStorage<Context>();
    const manager = {
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active: Context, fn: () => unknown) => storage.run(active, fn),
      bind: (_: Context, target: unknown) => target,
      enable: () => manager,
      disable: () => manager,
    };
    context.setGlobalContextManager(manager as never);
    start();
    const parent = tracerProvider.getTracer('test').startSpan('handler');
    try {
      await context.with(trace.setSpan(ROOT_CONTEXT, parent), () => world.run(() => ordersConfig().get('HOST')));
    } finally {
      context.disable();
    }

    const { spanId } = parent.spanContext();
    expect(named('xcon.lookup').map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([spanId]);
    expect(named('SSM.GetParametersByPath')[0]?.parentSpanContext?.spanId).toBe(spanId);
  });
});

describe('telemetry', () => {
  const subscribed = () => channels.filter(({ hasSubscribers }) => hasSubscribers).map(({ name }) => String(name));

  it('ends with close(), and leaves no subscriber', () => {
    start();
    expect(subscribed()).toHaveLength(5);

    telemetry.close();
    telemetry.close();

    expect(subscribed()).toEqual([]);
  });

  it('can be metrics or spans alone', () => {
    start({ metrics: false });
    expect(subscribed()).toEqual(['xcon:lookup', 'xcon:request']);
    telemetry[Symbol.dispose]();

    start({ spans: false, metrics: false });
    expect(subscribed()).toEqual([]);
  });

  it('goes to the global providers of OpenTelemetry by default', async () => {
    telemetry = startTelemetry();

    await expect(world.run(() => ordersConfig().get('HOST'))).resolves.toBe('db');
  });

  it('ends neither a lookup nor the process when it fails', async () => {
    const errors: unknown[] = [];
    const write = (message: string): void => void errors.push(message);
    diag.setLogger({ error: write, warn: write, info: write, debug: write, verbose: write });
    const startSpan = (): never => {
      throw new Error('no spans');
    };
    start({ tracerProvider: { getTracer: () => ({ startSpan }) } as never });

    await expect(world.run(() => ordersConfig().get('HOST'))).resolves.toBe('db');

    diag.disable();
    expect(errors).toContain('xcon: a message of xcon:lookup could not be reported');
  });

  it('ends neither of them when the logger of OpenTelemetry fails as well', async () => {
    const fail = (): never => {
      throw new Error('no log');
    };
    diag.setLogger({
      error: fail,
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
      verbose: fail,
    });
    start({ tracerProvider: { getTracer: () => ({ startSpan: fail }) } as never });

    await expect(world.run(() => ordersConfig().get('HOST'))).resolves.toBe('db');
    // Node would throw what a subscriber throws in the next tick.
    await new Promise((resolve) => setImmediate(resolve));

    diag.disable();
  });
});
