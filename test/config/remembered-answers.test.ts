import { Answer } from '../../src/config/answer';
import { RememberedAnswers } from '../../src/config/remembered-answers';
import { DirectoryItem } from '../../src/item/directory-item';

let answers: RememberedAnswers;

beforeEach(() => {
  answers = new RememberedAnswers({}, true);
});

function answerOf(name: string): Answer {
  return new Answer(name, DirectoryItem.nonExistent(name), []);
}

describe('remembered answers', () => {
  it('are found by name, in any case', () => {
    const found = answerOf('x');

    answers.add(found);

    expect([answers.find('x'), answers.find('X')?.item, answers.find('y')]).toEqual([found, found.item, undefined]);
  });

  it('are found by name in its own case alone where sources are asked for names as they are', () => {
    const exact = new RememberedAnswers({}, false);

    exact.add(answerOf('x'));

    expect([exact.find('x')?.name, exact.find('X')]).toEqual(['x', undefined]);
  });

  it('are found under the id that was asked for, and under no name', () => {
    const found = answerOf('x');

    answers.add(found, { option: 'secretId', id: '/the/secret' });

    const known = (option: 'secretId' | 'parameterId', id: string) => answers.find('x', { option, id });
    expect(known('secretId', '/the/secret')).toBe(found);
    expect([known('secretId', '/other'), known('parameterId', '/the/secret')]).toEqual([undefined, undefined]);
    expect([answers.find('x'), answers.find('/the/secret\nx')]).toEqual([undefined, undefined]);
  });

  it('make one snapshot of names that are all remembered, distinguished by each of them', () => {
    for (const name of ['a', 'b', 'a\nb']) answers.add(answerOf(name));

    const snapshot = answers.snapshotOf(['a', 'b']);

    expect(snapshot?.names).toEqual(['a', 'b']);
    expect(answers.snapshotOf(['a', 'b'])).toBe(snapshot);
    expect(answers.snapshotOf(['a\nb'])?.names).toEqual(['a\nb']);
    expect(answers.snapshotOf(['a', 'c'])).toBeUndefined();
  });

  it('are forgotten beyond ten thousand names', () => {
    const last = answerOf('last');

    for (let index = 0; index < 10_000; index += 1) answers.add(answerOf(`n${index}`));
    const before = answers.find('n0');
    answers.add(last);

    expect(before?.name).toBe('n0');
    expect([answers.find('n0'), answers.find('last')]).toEqual([undefined, last]);
  });
});
