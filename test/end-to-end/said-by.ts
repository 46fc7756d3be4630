import { format, inspect } from 'node:util';
import { pino } from 'pino';

/** Everything that an object can be made to say of itself: printed, logged, copied, written as JSON. */
export function saidBy(object: unknown): string {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  logger.trace({ object }, 'with %s and %o', object as object, object as object);
  const said: string[] = [
    ...lines,
    ...[0, 10].map((depth) => inspect({ object }, { depth })),
    inspect(object, { depth: 10, showHidden: true, getters: true }),
    format('%s %o %O %j', object, object, object, object),
    String(JSON.stringify(object)),
    String(object),
    `${object as string}`,
    inspect(new Error('x', { cause: object }), { depth: 10 }),
  ];
  try {
    said.push(inspect(structuredClone(object), { depth: 10 }));
  } catch (error) {
    said.push(inspect(error, { depth: 10 }));
  }
  return said.join('\n');
}

/** The same for an error, of which loggers print more. */
export function saidByError(error: Error): string {
  const chain: unknown[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) chain.push(at.message, at.stack, { ...at });
  return `${saidBy(error)}\n${inspect(chain, { depth: 10 })}\n${JSON.stringify(chain)}`;
}

/** Gives the forms of a canary in which something says it: half of it, as it is or as JSON has it, in capitals, as bytes. */
export function leaks(canary: string, said: string): readonly string[] {
  const parts = [canary.slice(4, 16), canary.slice(12, 24)];
  const forms = parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), part.toUpperCase()]);
  const bytes = Buffer.from(canary);
  const encoded = [
    bytes.toString('base64').slice(0, 24),
    bytes.toString('hex').slice(0, 24),
    [...bytes].slice(0, 8).join(),
  ];
  return [...forms, ...encoded].filter((form) => said.includes(form));
}
