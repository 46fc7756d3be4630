import { Dependency, type DependencyClass, dependencyKey } from '../../src/di/context';

class Mailer extends Dependency {}
class LoudMailer extends Mailer {}
class LouderMailer extends LoudMailer {}

class Named extends Dependency {
  static readonly dependencyName: string = 'test.Named';
}
class NamedForTest extends Named {}

abstract class Source extends Dependency {
  static override readonly isAbstractKind: boolean = true;
}
class FileSource extends Source {}
class MapSource extends Source {}
class MapSourceForTest extends MapSource {}

/** A class made elsewhere, for which no key is remembered. */
function freshClass(name: string): DependencyClass {
  return class extends Dependency {
    static readonly dependencyName: string = name;
  };
}

describe('dependencyKey', () => {
  it('is the class itself for a class of a user', () => {
    expect(dependencyKey(Mailer)).toBe(Mailer);
  });

  it('is the key of the parent for a subclass, however far down', () => {
    expect(dependencyKey(LoudMailer)).toBe(Mailer);
    expect(dependencyKey(LouderMailer)).toBe(Mailer);
  });

  it('is the name of a class that has one, and of its subclasses', () => {
    expect(dependencyKey(Named)).toBe('test.Named');
    expect(dependencyKey(NamedForTest)).toBe('test.Named');
  });

  it('is the same for two copies of a class with one name', () => {
    expect(dependencyKey(freshClass('test.Copied'))).toBe(dependencyKey(freshClass('test.Copied')));
  });

  it('distinguishes the classes below an abstract kind apart', () => {
    expect(dependencyKey(FileSource)).toBe(FileSource);
    expect(dependencyKey(MapSource)).toBe(MapSource);
    expect(dependencyKey(MapSourceForTest)).toBe(MapSource);
  });

  it('is the class itself for one that does not derive from Dependency', () => {
    class Stranger {}

    expect(dependencyKey(Stranger as unknown as DependencyClass)).toBe(Stranger);
  });

  it('does not change once it has been given', () => {
    class Renamed extends Dependency {}
    const key = dependencyKey(Renamed);

    Object.assign(Renamed, { dependencyName: 'test.Renamed' });

    expect(dependencyKey(Renamed)).toBe(key);
  });
});
