import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads a golden file: what somebody has looked at, and found right. */
export function golden(name: string): string {
  return readFileSync(join(__dirname, 'golden', name), 'utf8');
}
