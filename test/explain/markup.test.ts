import { breakable, markup, style } from '../../src/explain/markup';
import { fc } from '../setup/fast-check';
import { all, parse, textOf } from './html';

it('escapes text, in elements and in attributes', () => {
  expect(markup`<p title="${`"'<&>\``}">${'<b>'}</p>`.html).toBe(
    '<p title="&#34;&#39;&#60;&#38;&#62;&#96;">&#60;b&#62;</p>',
  );
});

it('inserts HTML as it is, lists one after the other, and nothing for undefined', () => {
  const items = ['a', '<', 3].map((each) => markup`<li>${each}</li>`);

  expect(markup`<ul>${items}${undefined}</ul>`.html).toBe('<ul><li>a</li><li>&#60;</li><li>3</li></ul>');
});

it('shows control characters as escapes, and keeps lines', () => {
  expect(markup`${'a\u202eb\u0000c\nd'}`.html).toBe('a\\u202eb\\u0000c\nd');
});

it('shows any text as it is, whatever is in it', () => {
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

type Pair = readonly [text: string, back: string];
type Colours = Readonly<Record<string, string>>;

function coloursIn(block: string): Colours {
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+):(#[0-9a-f]+)/g)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

const [light = '', dark = ''] = style.match(/:root\{[^}]*\}/g) ?? [];
const schemes: readonly (readonly [string, Colours])[] = [
  ['light', coloursIn(light)],
  ['dark', coloursIn(dark)],
];
const states = ['found', 'shadowed', 'refused', 'failed', 'missing'];

/** Relative luminance. Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((start) => {
    const part = Number.parseInt(full.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

describe('the style sheet', () => {
  describe.each(schemes)('for %s', (_, colours) => {
    it('has every colour that the other scheme has', () => {
      expect(Object.keys(colours).toSorted()).toEqual(Object.keys(schemes[0]?.[1] ?? {}).toSorted());
    });

    it.each([
      ...states.map((state): Pair => [state, `${state}-back`]),
      ['dim', 'failed-back'],
      ['dim', 'missing-back'],
      ['text', 'page'],
      ['text', 'head'],
      ['text', 'found-back'],
      ['dim', 'page'],
      ['link', 'page'],
    ] satisfies readonly Pair[])('has enough contrast for %s on %s', (text, back) => {
      expect(contrast(colours[text] ?? '', colours[back] ?? '')).toBeGreaterThanOrEqual(4.5);
    });
  });

  it('loads nothing', () => {
    expect(style).not.toMatch(/url\(|@import|@font-face|[<>&]/);
  });
});
