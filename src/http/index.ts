import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Clock,
  type Config,
  type ConfigApi,
  type ConfigHealth,
  type DeclaredSettings,
  InvalidSettingsError,
  type ProblemReason,
  provideHealth,
  type SettingsShape,
  SettingsValidationError,
} from '../core';
import { checkOptions } from '../options';

/** Answers a probe: takes a request as `fetch` has it, gives the response. */
export type ProbeHandler = (request: Pick<Request, 'method'>) => Promise<Response>;

/** State of a source. */
export interface ReportedSource {
  /** Cache name of the provider, or name of the cacher. */
  readonly name: string;
  /** As `config.health()` reports it. */
  readonly state: ConfigHealth['providers'][number]['state'];
  /** Since when, ISO 8601; absent for `ok` and `unused`. */
  readonly since?: string | undefined;
}

/** A declared setting that cannot be loaded. */
export interface ReportedSetting {
  /** Name of the setting. */
  readonly name: string;
  /** Why it cannot be loaded. */
  readonly reason: ProblemReason;
}

/** What a readiness probe answers, as JSON. */
export interface ReadinessReport {
  /** The same as the HTTP status 200 or 503. */
  readonly status: 'ready' | 'not ready';
  /** The providers of the chain, and the cacher where there is one. */
  readonly sources: readonly ReportedSource[];
  /** Declared settings that cannot be loaded; empty when all can. */
  readonly settings: readonly ReportedSetting[];
  /** When this was determined, ISO 8601. */
  readonly checkedAt: string;
}

/** Options of a readiness probe. */
export interface ReadinessOptions {
  /** How long a result is reused, **milliseconds**, at most an hour, so that frequent probes are cheap. Default: 1000. */
  readonly cacheMs?: number;
}

/** Longest time that a result is reused, **milliseconds**. */
const longestCacheMs = 3_600_000;

/** Makes a liveness probe, which succeeds whenever the process can answer. It checks no source: a restart would repair none. */
export function liveness(): ProbeHandler {
  return (request) => Promise.resolve(answer(request, 200, { status: 'alive' }));
}

/**
 * Makes a readiness probe: 200 when lookups get correct answers and the declared settings can be loaded; else 503.
 *
 * It loads the settings, and reports the state of each source as lookups have last seen it. The answer has names, no values.
 *
 * @param config - Config for the lookups, whose sources are reported.
 * @param declared - Settings without which the service is not ready.
 * @param options - How long an answer is given again.
 * @throws InvalidSettingsError for an unknown or invalid option.
 */
export function readiness<Shape extends SettingsShape>(
  config: Config | ConfigApi,
  declared?: DeclaredSettings<Shape>,
  options: ReadinessOptions = {},
): ProbeHandler {
  checkOptions('readiness()', options, { cacheMs: true });
  provideHealth();
  const { cacheMs = 1000 } = options;
  if (typeof cacheMs !== 'number' || !(cacheMs >= 0 && cacheMs <= longestCacheMs)) {
    throw new InvalidSettingsError('readiness() option cacheMs', `expected a number, from 0 to ${longestCacheMs}.`);
  }
  let latest: { readonly report: Promise<ReadinessReport>; readonly atMs: number } | undefined;
  return async (request) => {
    const nowMs = Clock.grab().nowMs();
    // In either direction: a clock may be set back.
    if (latest === undefined || Math.abs(nowMs - latest.atMs) >= cacheMs) {
      latest = { report: reportOf(config, declared, nowMs), atMs: nowMs };
    }
    const report = await latest.report;
    return answer(request, report.status === 'ready' ? 200 : 503, report);
  };
}

/**
 * Makes a request listener of `node:http` from a probe; Express accepts it as a handler, too.
 *
 * @param probe - What `liveness()` or `readiness()` gave.
 *
 * @example
 * app.get('/ready', toNodeHandler(readiness(config, settings)));
 */
export function toNodeHandler(probe: ProbeHandler): (request: IncomingMessage, response: ServerResponse) => void {
  return ({ method = 'GET' }, response) => {
    const send = async (): Promise<void> => {
      const { status, headers, body } = await sent(probe, method);
      response.writeHead(status, headers).end(body);
    };
    // The connection may have been closed.
    send().catch(() => response.destroy());
  };
}

/** The used part of a Fastify reply. */
export interface FastifyReplyLike {
  /** Sets the HTTP status. */
  code(status: number): this;
  /** Sets headers. */
  headers(values: Record<string, string>): this;
  /** Sends the body and ends the answer. */
  send(body: string): unknown;
}

/**
 * Makes a handler of Fastify from a probe.
 *
 * @param probe - What `liveness()` or `readiness()` gave.
 *
 * @example
 * app.get('/ready', toFastifyHandler(readiness(config, settings)));
 */
export function toFastifyHandler(
  probe: ProbeHandler,
): (request: { readonly method: string }, reply: FastifyReplyLike) => Promise<void> {
  return async ({ method }, reply) => {
    const { status, headers, body } = await sent(probe, method);
    await reply.code(status).headers(headers).send(body);
  };
}

/** Never rejects: an error counts as not ready. */
async function reportOf<Shape extends SettingsShape>(
  config: Config | ConfigApi,
  declared: DeclaredSettings<Shape> | undefined,
  nowMs: number,
): Promise<ReadinessReport> {
  const settings = await problemsOf(config, declared);
  const health = await Promise.resolve(config.health()).catch(() => undefined);
  const sources =
    health === undefined ? [] : [...health.providers, ...(health.cache === undefined ? [] : [health.cache])];
  return {
    status: health?.ok === true && settings.length === 0 ? 'ready' : 'not ready',
    sources: sources.map(({ name, since, state }) => ({ name, state, ...(since !== undefined && { since }) })),
    settings,
    checkedAt: new Date(nowMs).toISOString(),
  };
}

async function problemsOf<Shape extends SettingsShape>(
  config: Config | ConfigApi,
  declared: DeclaredSettings<Shape> | undefined,
): Promise<readonly ReportedSetting[]> {
  if (declared === undefined) return [];
  try {
    await config.run(() => declared.load());
    return [];
  } catch (error) {
    if (!(error instanceof SettingsValidationError)) return [{ name: '*', reason: 'failed' }];
    return error.problems.map(({ name, reason }) => ({ name, reason }));
  }
}

function answer({ method }: Pick<Request, 'method'>, status: number, body: object): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  if (method === 'GET') return new Response(JSON.stringify(body), { status, headers });
  if (method === 'HEAD') return new Response(null, { status, headers });
  return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
}

async function sent(probe: ProbeHandler, method: string) {
  const response = await probe({ method });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
