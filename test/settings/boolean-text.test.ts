import { booleanOfText } from '../../src/settings/boolean-text';
import { fc } from '../setup/fast-check';

const trueWords = ['true', 't', 'yes', 'y', '1', 'on'];
const falseWords = ['false', 'f', 'no', 'n', '0', 'off', ''];

/** A word in any mixture of upper and lower case, with any white space around it. */
function writings(words: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...words), fc.infiniteStream(fc.boolean()), fc.constantFrom('', ' ', '\t', '\n  '))
    .map(([word, upper, space]) => {
      const letters = [...word].map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter));
      return `${space}${letters.join('')}${space}`;
    });
}

describe('booleanOfText', () => {
  it('is true for the words that mean so, in any case, trimmed', () => {
    fc.assert(fc.property(writings(trueWords), (text) => booleanOfText(text) === true));
  });

  it('is false for the words that mean so, in any case, trimmed, and for the empty text', () => {
    fc.assert(fc.property(writings(falseWords), (text) => booleanOfText(text) === false));
  });

  it.each(['ture', 'truey', '2', '01', '-1', 'null', 'enabled', 'y e s', 'ja', '0.0'])(
    'is undefined for %p',
    (text) => {
      expect(booleanOfText(text)).toBeUndefined();
    },
  );
});
