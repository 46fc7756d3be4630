import { inject, injectable } from 'tsyringe';
import { Config } from 'xcon';

/** Something that is ordered. */
export interface OrderLine {
  readonly priceCents: number;
  readonly count: number;
}

/** Knows what things cost today. */
@injectable()
export class PriceList {
  constructor(@inject(Config) private readonly config: Config) {}

  /** Adds up an order, less the discount of the day. */
  async totalCents(lines: readonly OrderLine[]): Promise<number> {
    const discountPercent = await this.config.getNumber('DISCOUNT_PERCENT', 0);
    const fullCents = lines.reduce((sum, { priceCents, count }) => sum + priceCents * count, 0);
    return Math.round((fullCents * (100 - discountPercent)) / 100);
  }
}
