import { Part } from '../../src/di/part';
import { InvalidSettingsError } from '../../src/index';

const code = { answer: () => 42 };

function partOf(): Part<typeof code> {
  return new Part('config.answer()', 'provideAnswers');
}

describe('a part that is not provided', () => {
  it('says what needs it, and which function provides it', async () => {
    const loading = partOf().load();

    await expect(loading).rejects.toBeInstanceOf(InvalidSettingsError);
    await expect(loading).rejects.toThrow(
      'config.answer(): is not in this bundle: call provideAnswers() of xcon or xcon/core where the service starts.',
    );
  });

  it('is nothing where it may be absent', async () => {
    await expect(partOf().loadIfProvided()).resolves.toBeUndefined();
  });
});

describe('a part that is provided', () => {
  it('is loaded when it is needed, and not before', async () => {
    const load = jest.fn(() => Promise.resolve(code));
    const part = partOf();

    part.provide(load);

    expect(load).not.toHaveBeenCalled();
    expect((await part.load()).answer()).toBe(42);
    expect(await part.loadIfProvided()).toBe(code);
  });

  it('rejects when it cannot be loaded', async () => {
    const part = partOf();
    part.provide(() => Promise.reject(new Error('no such file')));

    await expect(part.load()).rejects.toThrow('no such file');
    await expect(part.loadIfProvided()).rejects.toThrow('no such file');
  });
});
