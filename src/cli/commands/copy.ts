import { type Command } from '../command';
import { transfer, transferCommand, type TransferOptions, type TransferResult } from '../operations/transfer';

/** `xcon copy`: writes an entry once more. */
export const command: Command<TransferResult, TransferOptions> = {
  ...transferCommand,
  description:
    'Copies a setting to another name, directory or source, description included; a secret stays one, and its value is not shown. What ' +
    'is there is overwritten, after it was shown.',
  examples: [
    { text: 'To another environment', command: 'xcon copy PAGE_SIZE /orders/staging/PAGE_SIZE -s orders -e prod' },
    { text: 'To Secrets Manager', command: 'xcon copy SMTP_URL SMTP_URL --to secrets -s orders -e prod' },
  ],

  run: (context, args, options) => transfer(context, args, options, false),
};
