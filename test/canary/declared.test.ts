import { inspect } from 'node:util';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { defineSettings, secret, setting, type SettingsShape, SettingsValidationError } from '../../src/index';
import { rejection } from '../chain/doubles';
import { nextTurn, withoutVariables } from '../config/doubles';
import { Service, storedSecret } from '../declared/world';
import { fc } from '../setup/fast-check';
import { leaksIn, renderingsOf } from './renderings';

withoutVariables();

/** Texts that appear nowhere by chance, with what libraries and JSON quote in them. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/"'\\ ]{24}$/).map((text) => `cnry${text}cnry`);

/** Schemas that refuse a text and quote it, or have it in their messages in some other way. */
const refusing = [
  z.number(),
  z.enum(['a', 'b']),
  z.url(),
  z.string().max(3),
  z.string().refine(() => false, { error: ({ input }) => `no: ${String(input)}` }),
  z.string().transform((text) => JSON.parse(text) as unknown),
  z.strictObject({ other: z.string() }),
  z.record(z.string().max(3), z.number()),
  v.number(),
  v.picklist(['a', 'b']),
  v.pipe(v.string(), v.url()),
  v.pipe(v.string(), v.trim(), v.toUpperCase(), v.url()),
  v.pipe(
    v.string(),
    v.check(
      () => false,
      ({ input }) => `no: ${input}`,
    ),
  ),
  v.strictObject({ other: v.string() }),
  v.record(v.picklist(['x']), v.boolean()),
  v.array(v.number()),
  v.pipeAsync(
    v.string(),
    v.transformAsync((text) => Promise.reject(new Error(text))),
  ),
  type('number'),
  type("'a' | 'b'"),
  type('string.url'),
  type('string < 3'),
  type('string.json.parse'),
  type('string.integer.parse'),
  type({ other: 'string', '+': 'reject' }),
  type('Record<string, boolean>'),
  type('number[]'),
] as const;

/** Gives everything that is printed of an error, and of the problems in it. */
function renderingsOfProblems(error: Error): string {
  return renderingsOf(error) + renderingsOf((error as SettingsValidationError).problems);
}

const asText = (canary: string): string => canary;
const asJson = (canary: string): string => JSON.stringify({ key: canary, list: [canary] });
const asKeyOfJson = (canary: string): string => JSON.stringify({ [canary]: canary });

it.each(refusing.map((schema, index) => [schema['~standard'].vendor, index, schema] as const))(
  'errors of %s (%i) have neither a secret nor the text of a plain setting',
  async (_, __, schema) => {
    await fc.assert(
      fc.asyncProperty(canaries, async (canary) => {
        const secrets = [asText, asJson, asKeyOfJson].map((form, index) => storedSecret(`s${index}`, form(canary)));
        const service = new Service({
          ssm: { '/orders/prod': { plain: canary, json: asJson(canary), api_token: asKeyOfJson(canary) } },
          secrets: { held: { '/orders/prod': secrets } },
        });
        const shape: SettingsShape = {
          plain: setting(schema),
          json: setting(schema),
          apiToken: setting(schema),
          s0: secret(schema),
          s1: secret(schema),
          s2: secret(schema),
          stored: { inSecrets: setting('S2', schema), field: secret('S0', { json: 'x' }) },
        };

        const error = await service.run(() => rejection(() => defineSettings(shape).load()));

        expect(error).toBeInstanceOf(SettingsValidationError);
        expect(leaksIn(renderingsOfProblems(error), canary)).toEqual([]);
        expect(leaksIn(JSON.stringify(service.world.log.lines), canary)).toEqual([]);
      }),
      { numRuns: 6 },
    );
  },
);

it('settings, their declaration and the log show no secret after a load, a change and a failed refresh', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      const held = { password: canary, json: JSON.stringify({ a: { b: canary } }), size: '1' };
      const service = new Service({ ssm: { '/orders/prod': () => Promise.resolve({ ...held }) } });
      const declared = defineSettings(
        {
          password: secret(),
          group: { data: secret('JSON', z.object({ a: z.object({ b: z.string() }) })) },
          missing: secret({ default: canary }),
          size: setting(z.coerce.number()),
        },
        { onError: () => undefined },
      );

      const texts = await service.run(async () => {
        const settings = await declared.load();
        declared.onChange(['password', 'size'], ({ password }) => {
          throw new Error(password.reveal());
        });
        await declared.withSecret('password', () => 1);
        await rejection(() => declared.withSecret('password', () => Promise.reject(new Error('refused'))));
        held.password = `${canary}2`;
        await declared.refresh();
        held.size = canary;
        await service.config.refresh();
        for (let turns = 0; turns < 5; turns += 1) await nextTurn();
        declared.close();
        const plain = declared.declarations.map((each) => ({ ...each, schema: undefined }));
        return [settings, declared, plain, service.world.log.lines, settings.group]
          .flatMap((each) => [
            inspect(each, { depth: 10, showHidden: true, getters: true }),
            JSON.stringify(each),
            inspect({ ...each }, { depth: 10 }),
          ])
          .concat(inspect(structuredClone(settings), { depth: 10, showHidden: true }));
      });

      expect(leaksIn(texts.join('\n'), canary)).toEqual([]);
      expect(service.world.log.warnings('settings.refresh-failed')).toHaveLength(1);
    }),
    { numRuns: 15 },
  );
});
