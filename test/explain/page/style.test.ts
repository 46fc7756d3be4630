import { style } from '../../../src/explain/page/style';

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

describe.each(schemes)('the %s scheme', (_, colours) => {
  it('has every colour that the other has', () => {
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
  ] satisfies readonly Pair[])('lets %s be read on %s', (text, back) => {
    expect(contrast(colours[text] ?? '', colours[back] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
});

it('loads nothing', () => {
  expect(style).not.toMatch(/url\(|@import|@font-face|[<>&]/);
});
