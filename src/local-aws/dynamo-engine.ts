import { EventEmitter } from 'node:events';
import { type Server } from 'node:http';

import { type Fields, requireText, textField } from './fields';
import { loadOptional } from './local-aws-error';
import { ServiceError } from './service-error';

/**
 * DynamoDB by `dynalite`: in this process, in memory, without a port of its own.
 *
 * `dynalite` only offers an HTTP server, so its request listener is called with request objects that did not come over a network.
 */
export class DynamoEngine {
  private server: Promise<Server> | undefined;

  /** Whether it has been used; before that it is empty and not loaded. */
  get isLoaded(): boolean {
    return this.server !== undefined;
  }

  /**
   * Performs one operation.
   *
   * @throws ServiceError what DynamoDB refuses; LocalAwsError when `dynalite` is not installed.
   */
  async call(operation: string, fields: Fields): Promise<Fields> {
    this.server ??= createServer();
    const server = await this.server.catch((error: unknown) => {
      this.server = undefined;
      throw error;
    });
    const { status, text } = await exchange(server, operation, JSON.stringify(fields));
    const answer = JSON.parse(text) as Fields;
    if (status === 200) return answer;
    const message = textField(answer, 'message') ?? textField(answer, 'Message') ?? '';
    throw new ServiceError(requireText(answer, '__type'), message, status);
  }
}

async function createServer(): Promise<Server> {
  const { default: create } = await loadOptional('dynalite', 'The local DynamoDB', () => import('dynalite'));
  return create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

function exchange(server: Server, operation: string, body: string) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve) => {
    const request = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20000101T000000Z',
        authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
      },
    });
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      end(text: string) {
        resolve({ status: this.statusCode, text });
      },
    };
    server.emit('request', request, response);
    request.emit('data', Buffer.from(body));
    request.emit('end');
  });
}
