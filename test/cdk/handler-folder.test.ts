import { join } from 'node:path';
import { handlerFolder } from '../../src/cdk/handler-folder';

test('the code of the handler lies beside the folder that the constructs are in', () => {
  expect(handlerFolder()).toBe(join(__dirname, '../../src/change-handler'));
});
