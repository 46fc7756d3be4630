import { type Secret } from '../item/secret';
import { type Setting } from './setting';
import { type SchemaOutput, type StandardSchema } from './standard-schema';

/** Settings by key: what `setting()` and `secret()` give, a bare schema (as `setting(schema)`), or an object that groups settings. */
export interface SettingsShape {
  readonly [key: string]: Setting<unknown> | StandardSchema | SettingsShape;
}

/**
 * The loaded settings of a shape: typed, and deeply read-only because they are frozen.
 *
 * A conditional type, so that editors show the values' types instead of the name of this one.
 */
export type SettingsOf<Shape> = Shape extends infer S ? { readonly [Key in keyof S]: LoadedOf<S[Key]> } : never;

type LoadedOf<Declared> =
  Declared extends Setting<infer T>
    ? DeepReadonly<T>
    : Declared extends StandardSchema
      ? DeepReadonly<SchemaOutput<Declared>>
      : SettingsOf<Declared>;

/** A value as it is once it is deeply frozen. Functions and instances of classes, which have methods, stay as they are. */
export type DeepReadonly<T> = unknown extends T
  ? T
  : T extends Primitive | AnyFunction | Uint8Array
    ? T
    : T extends Secret<infer Value>
      ? Secret<DeepReadonly<Value>>
      : T extends ReadonlyMap<infer Key, infer Value>
        ? ReadonlyMap<DeepReadonly<Key>, DeepReadonly<Value>>
        : T extends ReadonlySet<infer Item>
          ? ReadonlySet<DeepReadonly<Item>>
          : T extends readonly unknown[]
            ? { readonly [Index in keyof T]: DeepReadonly<T[Index]> }
            : Extract<T[keyof T], AnyFunction> extends never
              ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
              : T;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;
type AnyFunction = (...args: never[]) => unknown;

/**
 * Keys of a shape: those of groups, and of the settings in them, joined by dots. Any text for a shape whose keys are not
 * known, because that has no end.
 */
export type KeyOf<Shape> = string extends keyof Shape
  ? string
  : {
      [Key in keyof Shape & string]: Shape[Key] extends Leaf ? Key : Key | `${Key}.${KeyOf<Shape[Key]>}`;
    }[keyof Shape & string];

/** Keys of the secrets of a shape. */
export type SecretKeyOf<Shape> = string extends keyof Shape
  ? string
  : {
      [Key in keyof Shape & string]: Shape[Key] extends Leaf
        ? Shape[Key] extends Setting<infer T>
          ? NonNullable<T> extends Secret<unknown>
            ? Key
            : never
          : never
        : `${Key}.${SecretKeyOf<Shape[Key]>}`;
    }[keyof Shape & string];

type Leaf = Setting<unknown> | StandardSchema;

/** What is in the secret of a key; `undefined` is, too, when the secret may be missing. */
export type SecretValueOf<Shape, Key extends string> = Key extends `${infer Group}.${infer Rest}`
  ? Group extends keyof Shape
    ? SecretValueOf<Shape[Group], Rest>
    : never
  : Key extends keyof Shape
    ? Shape[Key] extends Setting<infer T>
      ? DeepReadonly<Revealed<T>>
      : never
    : never;

type Revealed<T> = T extends Secret<infer Value> ? Value : T;
