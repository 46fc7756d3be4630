import { join } from 'node:path';

/** Gives the folder with the code of the function, as the package ships it: `dist/change-handler`, beside `dist/cjs`. */
export function handlerFolder(): string {
  return join(__dirname, '../change-handler');
}
