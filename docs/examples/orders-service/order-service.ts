import { inject, injectable } from 'tsyringe';
import { OrderStore } from './order-store';
import { type OrderLine, PriceList } from './price-list';

/** Takes orders. */
@injectable()
export class OrderService {
  constructor(
    @inject(PriceList) private readonly prices: PriceList,
    @inject(OrderStore) private readonly store: OrderStore,
  ) {}

  /** Adds up an order and keeps it. */
  async place(id: string, lines: readonly OrderLine[]): Promise<number> {
    const totalCents = await this.prices.totalCents(lines);
    await this.store.put(id, totalCents);
    return totalCents;
  }
}
