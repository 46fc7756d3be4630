import { type Config, type EntryWrite } from '../../index';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { CommandError, UsageError } from '../exit-codes';
import {
  changeLines,
  type DoneChange,
  doneJson,
  doneText,
  isUnchanged,
  makeChange,
  showChange,
  takeEffect,
} from './changes';
import { EntryOpener, notThere, type OpenEntry, writableNames } from './entry-place';

/** Options of `copy` and `move`. */
export interface TransferOptions {
  readonly from?: string;
  readonly to?: string;
  readonly secret?: true;
  readonly force?: true;
}

/** What was done, in order. */
export type TransferResult = readonly DoneChange[];

/** What `copy` and `move` have in common. */
export const transferCommand = {
  arguments: [
    { name: '<from>', description: 'name in the most specific directory, or full name: /orders/all/DB_HOST' },
    { name: '<to>', description: 'the same of the place to write to' },
  ],
  options: [
    { flags: '--from <source>', description: 'source to read from (default: the one that has it)' },
    { flags: '--to <source>', description: `source to write to: ${writableNames.join(', ')} (default: the same)` },
    { flags: '--secret', description: 'encrypt it' },
  ],
  writes: true,
  renderText: (all: TransferResult): string => all.map(doneText).join(''),
  renderJson: (all: TransferResult): unknown => ({ changes: all.map(doneJson) }),
} as const satisfies Partial<Command<TransferResult, TransferOptions>>;

/**
 * Copies an entry, and removes the original where that is asked for, after the copy was written: at no time is the value nowhere.
 * A second run goes on where the first has stopped.
 */
export async function transfer(
  context: CommandContext,
  [from = '', to = '']: readonly string[],
  options: TransferOptions,
  removesOriginal: boolean,
): Promise<{ readonly result: TransferResult }> {
  return context.at({}, async (config) => {
    const { original, copy } = await openBoth(context, config, from, to, options);
    const write = writeOf(original, options);
    const changes = [
      { kind: 'write' as const, entry: copy, write },
      ...(removesOriginal
        ? [{ kind: 'remove' as const, entry: original, options: options.force === true ? { force: true } : {} }]
        : []),
    ];
    const open = changes.filter((each) => !isUnchanged(each));
    if (open.length === 0) {
      context.inform(`${copy.exactName} has this value already.`);
      return { result: [] };
    }
    const lines = open.flatMap((each) => changeLines(showChange(each)));
    await context.confirm({ changes: lines.join('\n'), question: removesOriginal ? 'Move it?' : 'Copy it?' });
    const done: DoneChange[] = [];
    for (const each of open) {
      context.signal.throwIfAborted();
      done.push(await makeChange(each));
    }
    for (const line of await takeEffect(config, done)) context.inform(line);
    return { result: done };
  });
}

async function openBoth(
  context: CommandContext,
  config: Config,
  from: string,
  to: string,
  options: TransferOptions,
): Promise<{ readonly original: OpenEntry; readonly copy: OpenEntry }> {
  const opener = await EntryOpener.of(config, context.signal);
  const original = await opener.open({ name: from, directory: undefined, source: options.from });
  const { provider, stored } = original;
  if (stored === undefined) throw notThere(original, opener.names);
  if (stored.value === undefined) {
    const reason = stored.deletionAtMs === undefined ? 'may not be read' : 'is scheduled for deletion';
    throw new CommandError(`The value of ${original.exactName} ${reason}, so that it cannot be copied.`, 'failed');
  }
  const copy = await opener.open({ name: to, directory: undefined, source: options.to ?? provider.cacheName });
  if (copy.exactName === original.exactName && copy.provider === provider) {
    throw new UsageError(`${original.exactName} would be copied onto itself: give another name, directory or source.`);
  }
  return { original, copy };
}

/** Carries what the other source knows of: a secret stays one. */
function writeOf({ provider, stored }: OpenEntry, { secret, to }: TransferOptions): EntryWrite {
  const isSameSource = to === undefined || to === provider.cacheName || to === provider.name;
  const isSecret = secret === true || stored?.secret === true;
  return {
    value: stored?.value ?? null,
    ...(isSecret && { secret: true }),
    ...(stored?.description !== undefined && { description: stored.description }),
    ...(isSameSource && secret !== true && stored?.type !== undefined && { type: stored.type }),
    ...(isSameSource && stored?.keyId !== undefined && { keyId: stored.keyId }),
  };
}
