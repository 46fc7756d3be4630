/** Things that a user's code may throw, or give, and that throw when they are looked at. By what they are. */
export function hostileThings(): readonly (readonly [name: string, thing: unknown])[] {
  const fail = (): never => {
    throw new TypeError('It must not be read.');
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedFunction = Proxy.revocable(fail, {});
  revokedFunction.revoke();
  const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, fail]));
  const throwing = { get: fail, enumerable: true, configurable: true };
  const getters = { name: throwing, message: throwing, cause: throwing, constructor: throwing };
  return [
    ['a symbol', Symbol('thrown')],
    ['an object without a prototype', Object.create(null)],
    ['an error whose name is a symbol', Object.assign(new Error('failed'), { name: Symbol('name') })],
    ['an error whose message is an object', Object.assign(new Error(), { message: { toString: fail } })],
    ['an error with throwing getters', Object.defineProperties(new Error('failed'), getters)],
    ['a revoked proxy', revoked.proxy],
    ['a revoked proxy of a function', revokedFunction.proxy],
    ['a proxy with throwing traps', new Proxy({}, traps)],
    ['an object that cannot be written', { toString: fail, toJSON: fail, valueOf: fail, [Symbol.toPrimitive]: fail }],
    ['a bigint', 1n],
    ['null', null],
    ['undefined', undefined],
  ];
}
