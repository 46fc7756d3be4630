import { config } from 'xcon';

/** A service without any code for tests. */
export async function connect(): Promise<string> {
  return `connected to ${await config.requireString('DB_HOST')}`;
}
