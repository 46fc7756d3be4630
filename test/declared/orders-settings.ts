import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { z } from 'zod';
import { secret, setting } from '../../src/index';

/** Settings of every kind that can be declared; the golden files are made of them. */
export const ordersSettings = {
  dbHost: setting('DB_HOST', { description: 'Host of the database.' }),
  poolSize: setting(z.coerce.number().int().positive().default(10), { description: 'Connections to it\nat most.' }),
  dbPassword: secret('DB_PASSWORD', { sources: ['secrets'], default: 'canary-default' }),
  rds: {
    user: secret('DB_LOGIN', { id: 'rds!db-1234', json: 'username' }),
    password: secret('DB_LOGIN', { id: 'rds!db-1234', json: 'password', description: 'A | rotates `nightly`.' }),
  },
  flags: setting('FLAGS', z.record(z.string(), z.boolean()), { default: { 'new page': true } }),
  logLevel: setting('LOG_LEVEL', z.enum(['debug', 'info']), {
    default: 'info',
    directories: ['/global/{environment}'],
  }),
  region: setting({ optional: true, sources: ['ssm', 'env'] }),
  mailApiKey: setting('MAIL_API_KEY', { default: 'canary-key' }),
  greeting: setting('GREETING', { default: "it's <fine>, $USER" }),
  retries: setting('RETRIES', v.pipe(v.unknown(), v.transform(Number))),
  dotted: setting('feature.x', { optional: true }),
};

/** Reads a golden file: a reviewed output for these settings. */
export function golden(name: string): string {
  return readFileSync(join(__dirname, 'golden', name), 'utf8');
}
