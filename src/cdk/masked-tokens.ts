import { Token } from 'aws-cdk-lib';
import { Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';

/** What the CDK writes into a text for a part that is known only when the stack is deployed. */
const tokenPattern = /\$\{Token\[[^\]]*\]\}/g;
/** Placeholders of tokens. ARNs, paths and names may contain them. */
const maskPattern = /arn:x:secretsmanager:::secret:xtoken(\d{5})s|\/xtoken(\d{5})p|xtoken(\d{5})x/g;

/** What a text is when it consists of one token and nothing else. */
export type TokenKind = 'text' | 'path' | 'secret ARN';

/**
 * Replaces tokens by placeholders, so that options can be checked and policies made of them, and puts the tokens back into the policies.
 */
export class MaskedTokens {
  private readonly tokens: string[] = [];

  /** @param where - What takes the options, for errors: `grantConfigRead()`. */
  constructor(private readonly where: string) {}

  /**
   * Replaces the tokens in options, nested ones included.
   *
   * @param kindOf - Gives the kind of a text that is one token, by the name of the option and the token.
   * @throws InvalidSettingsError for a list, or another value that is not a text, that is known only when the stack is deployed.
   */
  mask<T extends object>(options: T, kindOf: (option: string, token: string) => TokenKind): T {
    const entries = Object.entries(options).map(([name, value]) => {
      return [name, this.masked(value, name, (token) => kindOf(name, token))] as const;
    });
    return Object.fromEntries(entries) as T;
  }

  /** Puts the tokens back into a policy. */
  unmask<T>(made: T): T {
    const text = JSON.stringify(made).replace(maskPattern, (mask, ...indexes: (string | undefined)[]) => {
      const token = this.tokens[Number(indexes.slice(0, 3).find((each) => each !== undefined))];
      return token === undefined ? mask : JSON.stringify(token).slice(1, -1);
    });
    return JSON.parse(text) as T;
  }

  private masked(value: unknown, option: string, kindOf: (token: string) => TokenKind): unknown {
    if (typeof value === 'string') return this.maskedText(value, kindOf);
    // Before the check for tokens: an object with resolve() counts as a token.
    if (value instanceof Directory) return this.maskedText(value.path, kindOf, value);
    if (Token.isUnresolved(value)) {
      const what = Array.isArray(value) ? 'a list whose length is' : 'something that is not a text and';
      throw new InvalidSettingsError(
        `${this.where} option ${option}`,
        `is ${what} known only when the stack is deployed. Give a list of texts; each may be a token.`,
      );
    }
    if (Array.isArray(value)) return value.map((each: unknown) => this.masked(each, option, kindOf));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.masked(each, option, kindOf)]));
  }

  /** @param whole - Returned when the text has no token: the object that has the text. */
  private maskedText(text: string, kindOf: (token: string) => TokenKind, whole: unknown = text): unknown {
    const [first] = text.match(tokenPattern) ?? [];
    if (first === undefined) return whole;
    if (first.length < text.length) return text.replace(tokenPattern, (token) => `xtoken${this.indexOf(token)}x`);
    const index = this.indexOf(text);
    const masks: Readonly<Record<TokenKind, string>> = {
      text: `xtoken${index}x`,
      path: `/xtoken${index}p`,
      'secret ARN': `arn:x:secretsmanager:::secret:xtoken${index}s`,
    };
    return masks[kindOf(text)];
  }

  private indexOf(token: string): string {
    const known = this.tokens.indexOf(token);
    return String(known === -1 ? this.tokens.push(token) - 1 : known).padStart(5, '0');
  }
}

/** Gives about how many **characters** something has once it is deployed: each token counts as the name of a region. */
export function deployedCharacters(made: unknown): number {
  return JSON.stringify(made).replace(tokenPattern, 'ap-southeast-2').length;
}
