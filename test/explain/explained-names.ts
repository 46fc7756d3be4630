import { type ExplanationRenderers } from '../../src/explain/explained';
import { explanationPage } from '../../src/explain/page';
import { explanationsText, explanationText } from '../../src/explain/text';
import { type ExplainedPlace, Explanation, ExplanationSet } from '../../src/index';

const renderers: ExplanationRenderers = { text: explanationText, table: explanationsText, page: explanationPage };

/** When the names of these tests were explained. */
export const at = '2030-01-05T00:00:00.000Z';

/** A place with the name, a place that may not be read, and one that failed. */
export const found: ExplainedPlace = {
  provider: 'ssm',
  directory: '/orders/prod',
  outcome: 'found',
  value: 'db.internal',
  version: '3',
  changedAt: '2030-01-02T00:00:00.000Z',
};
export const remedy = 'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/prod';
export const refused: ExplainedPlace = {
  provider: 'secrets',
  directory: '/orders/prod',
  outcome: 'not permitted',
  reason: 'AccessDeniedException: no',
  remedy,
};
export const failed: ExplainedPlace = {
  provider: 'ssm',
  directory: '/orders/prod',
  outcome: 'failed',
  reason: 'it is down',
};
export const shadowed: ExplainedPlace = {
  provider: 'ssm',
  directory: '/global/all',
  outcome: 'shadowed',
  value: 'localhost',
};

/** Makes an explanation whose winner is the place with the outcome `found`. */
export function explained(name: string, places: readonly ExplainedPlace[], explainedAt?: string): Explanation {
  const winner = places.find(({ outcome }) => outcome === 'found');
  return new Explanation({ name, places, winner, explainedAt }, renderers);
}

/** Makes a set of explanations. */
export function explainedSet(explanations: readonly Explanation[], title = 'orders in prod'): ExplanationSet {
  return new ExplanationSet(title, explanations, at, renderers);
}
