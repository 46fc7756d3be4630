import { breakable, markup } from '../../../src/explain/page/markup';
import { fc } from '../../setup/fast-check';
import { all, parse, textOf } from './html';

it('escapes text, in elements and in attributes', () => {
  expect(markup`<p title="${`"'<&>\``}">${'<b>'}</p>`.html).toBe(
    '<p title="&#34;&#39;&#60;&#38;&#62;&#96;">&#60;b&#62;</p>',
  );
});

it('takes HTML as it is, lists one after the other, and undefined for nothing', () => {
  const items = ['a', '<', 3].map((each) => markup`<li>${each}</li>`);

  expect(markup`<ul>${items}${undefined}</ul>`.html).toBe('<ul><li>a</li><li>&#60;</li><li>3</li></ul>');
});

it('shows characters that steer, and keeps lines', () => {
  expect(markup`${'a\u202eb\u0000c\nd'}`.html).toBe('a\\u202eb\\u0000c\nd');
});

it('says any text as it is, whatever is in it', () => {
  const visible = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text));

  fc.assert(
    fc.property(visible, (text) => {
      const [element] = all(parse(markup`<p title="${text}">${breakable(text)}</p>`.html), 'p');

      expect(element && textOf(element)).toBe(text);
      expect(element?.attributes['title']).toBe(text);
    }),
  );
});

it.each([
  ['/orders/prod', '/orders/<wbr>prod'],
  ['DB_HOST', 'DB_<wbr>HOST'],
  ['arn:aws:ssm:::x', 'arn:<wbr>aws:<wbr>ssm:::<wbr>x'],
  ['a: b_', 'a: b_'],
  ['in /orders, rds.user', 'in /orders, rds.<wbr>user'],
])('lets %s be broken between its parts', (text, html) => {
  expect(breakable(text).html).toBe(html);
});
