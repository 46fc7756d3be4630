import { runVector } from './runner';
import { readVectors } from './vector';

const vectors = readVectors();
const categories = new Set(vectors.map(({ category }) => category));

for (const category of categories) {
  describe(category, () => {
    for (const vector of vectors.filter((each) => each.category === category)) {
      test(vector.id, async () => {
        const differences = await runVector(vector);

        if (differences.length > 0) throw new Error([`${vector.id}:`, ...differences].join('\n  '));
      });
    }
  });
}
