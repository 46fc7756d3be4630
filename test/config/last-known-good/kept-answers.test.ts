import { encodeAttribute } from '../../../src/aws/attribute-value';
import { Directory } from '../../../src/directory/directory';
import { DirectoryItem } from '../../../src/item/directory-item';
import {
  type Answers,
  keepAnswer,
  type KeptAnswer,
  readAnswers,
  writeAnswers,
} from '../../../src/config/last-known-good/kept-answers';
import { configValues } from '../../cache/properties/config-values';
import { item } from '../../chain/doubles';
import { fc } from '../../setup/fast-check';

const question = { chain: 'chain', name: 'x' };
const at = (atMs: number, found?: DirectoryItem): KeptAnswer => ({ atMs, item: found });
let answers: Answers;

beforeEach(() => {
  answers = new Map();
});

describe('keepAnswer', () => {
  it('keeps the latest answer of each chain and name', () => {
    keepAnswer(answers, question, at(2, item('x', 'second')));
    keepAnswer(answers, question, at(1, item('x', 'first')));
    keepAnswer(answers, { ...question, chain: 'other' }, at(1));

    expect(answers.get('chain')?.get('x')?.item?.value).toBe('second');
    expect(answers.get('other')?.get('x')).toEqual(at(1));
  });

  it('keeps ten thousand names of a chain, and those up to date', () => {
    for (let name = 0; name <= 10_000; name += 1) keepAnswer(answers, { ...question, name: `n${name}` }, at(1));
    keepAnswer(answers, { ...question, name: 'n0' }, at(2));

    expect(answers.get('chain')?.size).toBe(10_000);
    expect(answers.get('chain')?.get('n0')?.atMs).toBe(2);
  });
});

describe('what is written', () => {
  it('is read again as it was, whatever the value; one that no table holds is not written', () => {
    fc.assert(
      fc.property(configValues, fc.string({ minLength: 1 }), (value, name) => {
        const found = new DirectoryItem({
          name,
          value,
          directory: Directory.literal('/orders/prod'),
          source: 'ssm',
          secret: true,
          ttl: 5,
          version: '3',
          exactName: `/orders/prod/${name}`,
          changedAtMs: 7,
        });
        const written: Answers = new Map([['chain', new Map([[name, at(1, found)]])]]);

        const read = readAnswers(writeAnswers(written, 0))?.get('chain')?.get(name);

        // A whole number of more than 38 digits, for one: no attribute of a table holds it.
        if (encodeAttribute(value) === undefined) return expect(read).toBeUndefined();
        expect(read?.item?.value).toEqual(found.value);
        expect({ ...read?.item }).toEqual({ ...found, cacheable: false });
      }),
    );
  });

  it('says of a name that there is none', () => {
    keepAnswer(answers, question, at(1));

    expect(readAnswers(writeAnswers(answers, 0))?.get('chain')?.get('x')).toEqual(at(1));
  });

  it('has nothing that is too old, nor values that no source can have', () => {
    keepAnswer(answers, question, at(1));
    keepAnswer(answers, { ...question, name: 'y' }, at(2, item('y', Number.NaN)));
    keepAnswer(answers, { ...question, name: 'z' }, at(2));

    expect([...(readAnswers(writeAnswers(answers, 2))?.get('chain')?.keys() ?? [])]).toEqual(['z']);
  });
});

it.each(['', '{}', '[1]', '[["chain",[["x",1,{"value":{"Q":1}}]]]]', '[["chain",[["x",1,{"name":"x"}]]]]', 'null'])(
  'reads nothing from %p',
  (json) => {
    expect(readAnswers(Buffer.from(json))).toBeUndefined();
  },
);
