import { type Command } from '../command';
import { type EntriesOptions, withEntries, stateOptions } from '../entries-session';
import { exitCodes } from '../exit-codes';

interface UnlockResult {
  readonly place: string;
  readonly isUnlocked: boolean;
}

/** `xcon unlock`: releases the lock of a run that has ended. */
export const command: Command<UnlockResult, EntriesOptions> = {
  description:
    'Releases the lock that a run has left behind. Locks end by themselves five minutes after the last sign of their run, and at once ' +
    'where their process was of this machine. Make sure that the run has ended: two at the same time would overtake each other. It ' +
    'ends with 1 when there is no lock with this id.',
  arguments: [{ name: '<id>', description: 'the id of the lock, from the message that names its holder' }],
  options: stateOptions,
  examples: [
    { text: 'After a runner was lost', command: 'xcon unlock 6f1c2a52-3d9e-4a0b-9a57-0c7a3a1b9e10 --state table' },
    { text: 'The same, without a question', command: 'xcon unlock 6f1c2a52-3d9e-4a0b-9a57-0c7a3a1b9e10 --yes' },
  ],
  writes: true,

  run: (context, [id = ''], options) =>
    withEntries(context, options, async ({ state }) => {
      const holder = await state.holder();
      if (holder?.id === id) {
        const changes = `The lock of ${state.place}, held by ${holder.who} (${holder.operation}).`;
        await context.confirm({ changes, question: 'Release it?' });
      }
      const isUnlocked = await state.unlock(id);
      return { result: { place: state.place, isUnlocked }, exitCode: isUnlocked ? exitCodes.done : exitCodes.negative };
    }),

  renderText: ({ isUnlocked, place }) =>
    isUnlocked ? `${place} is not locked any more.\n` : `${place} has no lock with this id.\n`,
  renderJson: ({ isUnlocked, place }) => ({ state: place, unlocked: isUnlocked }),
};
