/** Words that begin a block, with the one that ends it. */
const blocks = {
  posix: new Map([
    ['case', 'esac'],
    ['if', 'fi'],
    ['do', 'done'],
    ['{', '}'],
  ]),
  fish: new Map(['function', 'if', 'for', 'while', 'switch', 'begin'].map((word) => [word, 'end'])),
};

/**
 * Gives what a script begins and does not end: quotes, braces and blocks. A check for machines without the shell.
 *
 * @returns The words that should still come, and blocks that end without a beginning.
 */
export function unclosed(script: string, shell: 'bash' | 'zsh' | 'fish'): readonly string[] {
  const kinds = shell === 'fish' ? blocks.fish : blocks.posix;
  const ends = new Set(kinds.values());
  const { words, open } = wordsOf(script, shell);
  const awaited: string[] = [];
  // In fish, `else if` begins no block.
  for (const [index, { text, isFirst }] of words.entries()) {
    const isElse = shell === 'fish' && words[index - 1]?.text === 'else';
    const end = isFirst && !isElse ? kinds.get(text) : undefined;
    if (end !== undefined) awaited.push(end);
    else if (isFirst && ends.has(text) && awaited.pop() !== text) return [`${text} without a beginning`];
  }
  return [...(open === undefined ? [] : [open]), ...awaited];
}

interface Word {
  readonly text: string;
  /** Whether it stands where a command does. */
  readonly isFirst: boolean;
}

/** Splits a script into words; what is quoted is one word that is never a keyword. */
function wordsOf(
  script: string,
  shell: string,
): { readonly words: readonly Word[]; readonly open: string | undefined } {
  const words: Word[] = [];
  let isFirst = true;
  let rest = script;
  while (rest !== '') {
    const gap = /^[ \t]+/.exec(rest)?.[0] ?? '';
    rest = rest.slice(gap.length);
    if (rest.startsWith('#')) rest = rest.replace(/^[^\n]*/, '');
    const separator = /^(?:\n|;;?|&&|\|\|)/.exec(rest)?.[0];
    if (separator !== undefined) {
      isFirst = true;
      rest = rest.slice(separator.length);
      continue;
    }
    const single = shell === 'fish' ? /^'(?:[^'\\]|\\[^])*'/ : /^'[^']*'/;
    const quoted = (single.exec(rest) ?? /^"(?:[^"\\]|\\[^])*"/.exec(rest))?.[0];
    if (quoted === undefined && /^['"]/.test(rest)) return { words, open: rest[0] };
    const text = quoted ?? /^(?:\\[^]|[^\s;'"])+/.exec(rest)?.[0] ?? rest[0] ?? '';
    rest = rest.slice(text.length);
    if (text !== '') words.push({ text, isFirst: isFirst || /^[{}]$/.test(text) });
    isFirst = /^(?:then|else|do|\{|in|[^'"]*\))$/.test(text);
  }
  return { words, open: undefined };
}
