import { type Secret } from '../item/secret';
import { type Setting } from './setting';

/** Settings by key; an object inside groups those that belong together. */
export interface SettingsShape {
  readonly [key: string]: Setting<unknown> | SettingsShape;
}

/** What a shape is when it is loaded: the values, typed and read-only. */
export type SettingsOf<Shape> = {
  readonly [Key in keyof Shape]: Shape[Key] extends Setting<infer T> ? T : SettingsOf<Shape[Key]>;
};

/** Keys of a shape: those of groups, and of the settings in them, joined by dots. */
export type KeyOf<Shape> = {
  [Key in keyof Shape & string]: Shape[Key] extends Setting<unknown> ? Key : Key | `${Key}.${KeyOf<Shape[Key]>}`;
}[keyof Shape & string];

/** Keys of the secrets of a shape. */
export type SecretKeyOf<Shape> = {
  [Key in keyof Shape & string]: Shape[Key] extends Setting<infer T>
    ? NonNullable<T> extends Secret<unknown>
      ? Key
      : never
    : `${Key}.${SecretKeyOf<Shape[Key]>}`;
}[keyof Shape & string];

/** What is in the secret of a key; `undefined` is, too, when the secret may be missing. */
export type SecretValueOf<Shape, Key extends string> = Key extends `${infer Group}.${infer Rest}`
  ? Group extends keyof Shape
    ? SecretValueOf<Shape[Group], Rest>
    : never
  : Key extends keyof Shape
    ? Shape[Key] extends Setting<infer T>
      ? Revealed<T>
      : never
    : never;

type Revealed<T> = T extends Secret<infer Value> ? Value : T;
