import { config } from 'xcon';

/** Stands for a service: it knows nothing of tests. */
export async function connect(): Promise<string> {
  return `connected to ${await config.requireString('DB_HOST')}`;
}
