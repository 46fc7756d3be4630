import { type MeterProvider, metrics, trace, type TracerProvider } from '@opentelemetry/api';
import { checkOptions } from '../options';
import { measure } from './measure';
import { traceWork } from './trace-work';

/** What is reported, and to which providers. */
export interface TelemetryOptions {
  /** Where spans go. Default: the global provider of OpenTelemetry. */
  readonly tracerProvider?: TracerProvider;
  /** Where metrics go. Default: the global provider of OpenTelemetry. */
  readonly meterProvider?: MeterProvider;
  /** Whether there are spans. Default: true. */
  readonly spans?: boolean;
  /** Whether there are metrics. Default: true. */
  readonly metrics?: boolean;
  /** Whether spans of lookups have the name of the setting. Names may come from outside. Default: false. */
  readonly settingNames?: boolean;
}

/** Running telemetry. */
export interface Telemetry {
  /** Ends it; a second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

const optionNames: Readonly<Record<keyof TelemetryOptions, true>> = {
  tracerProvider: true,
  meterProvider: true,
  spans: true,
  metrics: true,
  settingNames: true,
};

/** Name of the tracer and the meter. */
const scope = 'xcon';

/**
 * Reports lookups, requests and the cache to OpenTelemetry: spans and metrics, never a value.
 *
 * Start it once, after the SDK of OpenTelemetry has set its global providers, unless you give others. Needs the package `@opentelemetry/api`.
 *
 * @param options - Where to report to, and what. Default: spans and metrics, to the global providers.
 * @throws InvalidSettingsError for an unknown option.
 *
 * @example
 * startTelemetry();
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  checkOptions('startTelemetry()', options, optionNames);
  const { tracerProvider, meterProvider, spans = true, metrics: hasMetrics = true, settingNames = false } = options;
  const endings: (() => void)[] = [];
  if (spans) endings.push(...traceWork((tracerProvider ?? trace).getTracer(scope), { settingNames }));
  if (hasMetrics) endings.push(...measure((meterProvider ?? metrics).getMeter(scope)));
  const close = (): void => {
    for (const end of endings.splice(0)) end();
  };
  return { close, [Symbol.dispose]: close };
}
