import { type Span } from './history';
import { type Answer } from './judge';
import { type Profile, type View } from './profile';

/** A command of the checker to a process. */
export type Order =
  | { readonly kind: 'open'; readonly instance: number; readonly profile: Profile }
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly instance: number;
      readonly view: View;
      readonly names: readonly string[];
      /** Whether it answers when all that it writes has been written. */
      readonly settle: boolean;
    }
  | { readonly kind: 'refresh'; readonly id: number; readonly instance: number; readonly pastCache: boolean }
  | { readonly kind: 'clear'; readonly id: number; readonly instance: number; readonly name?: string | undefined }
  | { readonly kind: 'close'; readonly id: number; readonly instance: number };

/** What one lookup came to, with its time on the clock that all processes share. */
export interface NamedAnswer {
  readonly name: string;
  readonly answer: Answer;
  readonly span: Span;
  /** Real **milliseconds**. */
  readonly tookMs: number;
}

/** What a process reports. */
export type Report =
  | {
      readonly kind: 'answers';
      readonly id: number;
      readonly answers: readonly NamedAnswer[];
      /** When requests of the process have failed or taken long, since it reported last. */
      readonly troubles: readonly number[];
    }
  | { readonly kind: 'done'; readonly id: number; readonly span: Span; readonly error: string | undefined }
  | { readonly kind: 'unhandled'; readonly text: string };
