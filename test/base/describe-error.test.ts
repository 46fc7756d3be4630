import { describeError, errorClassName, errorSummary } from '../../src/base/describe-error';
import { classifyAwsError, remedyOf, withoutPayload } from '../../src/aws/aws-errors';
import { isConfigError, isCredentialsRefused, Provider, Unavailable } from '../../src/index';
import { hostileThings } from './hostile-things';

it('gives name, HTTP status and message in one line', () => {
  const error = Object.assign(new Error('Rate exceeded'), { name: 'Throttling', $metadata: { httpStatusCode: 400 } });

  expect(describeError(error)).toBe('Throttling (HTTP 400): Rate exceeded');
});

it('does not repeat a thrown text, which may be a value', () => {
  expect(describeError('hunter2')).toBe('Error: string');
});

it('gives the name of the class alone, where the message may quote a value', () => {
  expect([errorClassName(new TypeError('hunter2')), errorClassName('hunter2')]).toEqual(['TypeError', 'string']);
});

it('ignores names and messages that are not texts', () => {
  expect(errorSummary({ name: Symbol('name'), message: 7, $metadata: { httpStatusCode: '500' } })).toEqual({
    name: 'Error',
    message: '',
    status: undefined,
  });
});

describe.each(hostileThings())('%s', (_, thing) => {
  it.each([
    ['describeError', describeError],
    ['errorSummary', errorSummary],
    ['errorClassName', errorClassName],
    ['classifyAwsError', classifyAwsError],
    ['remedyOf', (error: unknown) => remedyOf(error, 'remedy')],
    ['withoutPayload', withoutPayload],
    ['isConfigError', isConfigError],
    ['isCredentialsRefused', isCredentialsRefused],
    ['instanceof', (error: unknown) => [error instanceof Unavailable, error instanceof Provider]],
  ])('causes no error in %s', (__, read) => {
    expect(() => read(thing)).not.toThrow();
  });
});
