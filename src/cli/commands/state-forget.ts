import { type Command } from '../command';
import { type EntriesOptions, withEntries, stateOptions } from '../entries-session';
import { exitCodes } from '../exit-codes';

interface ForgetResult {
  readonly forgotten: readonly string[];
  readonly unknown: readonly string[];
}

/** `xcon state forget`: removes records. */
export const command: Command<ForgetResult, EntriesOptions> = {
  description:
    'Removes records from the state, and leaves the entries as they are. What still has the tag of the stack is found again with the ' +
    'next plan. It ends with 1 when one of the records is not there.',
  arguments: [{ name: '<address...>', description: 'such as ssm:/orders/prod/DB_HOST' }],
  options: stateOptions,
  examples: [
    { text: 'Forget an entry that another tool manages now', command: 'xcon state forget ssm:/orders/prod/DB_HOST' },
    { text: 'The same, without a question', command: 'xcon state forget dynamo:/orders/prod/FLAGS --yes' },
  ],
  writes: true,

  run: (context, addresses, options) =>
    withEntries(context, options, async ({ state }) => {
      const records = await state.load();
      const forgotten = addresses.filter((each) => records.has(each));
      const unknown = addresses.filter((each) => !records.has(each));
      if (forgotten.length > 0) {
        const changes = forgotten.map((each) => `forget ${each}`).join('\n');
        await context.confirm({ changes, question: `Remove ${forgotten.length} records from ${state.place}?` });
        await state.save(new Map(forgotten.map((each) => [each, undefined])));
      }
      return { result: { forgotten, unknown }, exitCode: unknown.length > 0 ? exitCodes.negative : exitCodes.done };
    }),

  renderText: ({ forgotten, unknown }) =>
    [...forgotten.map((each) => `forgot ${each}\n`), ...unknown.map((each) => `not recorded: ${each}\n`)].join(''),
  renderJson: ({ forgotten, unknown }) => ({ forgotten, unknown }),
};
