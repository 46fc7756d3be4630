import { type Command } from '../command';
import { transfer, transferCommand, type TransferOptions, type TransferResult } from '../operations/transfer';

/** `xcon move`: gives an entry another place. */
export const command: Command<TransferResult, TransferOptions> = {
  ...transferCommand,
  description:
    'Moves a setting to another name, directory or source: copies it, then removes the original. Where it is stopped in between, both ' +
    'are there, and a second run goes on. A secret that is removed can be restored for 30 days, unless --force is given.',
  options: [...transferCommand.options, { flags: '--force', description: 'delete a secret at once, beyond recovery' }],
  examples: [
    { text: 'Another name', command: 'xcon move DB_HOSTNAME DB_HOST -s orders -e prod' },
    { text: 'To all environments', command: 'xcon move PAGE_SIZE /orders/all/PAGE_SIZE -s orders -e prod' },
  ],

  run: (context, args, options) => transfer(context, args, options, true),
};
