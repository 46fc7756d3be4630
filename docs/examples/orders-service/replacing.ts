import 'reflect-metadata'; // before tsyringe
import { container } from 'tsyringe';
import { Config, registerIn, withDependencies } from 'xcon';
import { orderService } from './main';
import { OrderService } from './order-service';
import { OrderStore } from './order-store';
import { type OrderLine } from './price-list';

/** Replaces something of the library's, for the code inside and nothing else. */
export function placeAtHalfPrice(id: string, lines: readonly OrderLine[]): Promise<number> {
  const half = new Config({ overrides: { DISCOUNT_PERCENT: 50 } });
  return withDependencies([half], () => orderService().place(id, lines));
}

/** Replaces a class of yours, in a container of yours. */
export function placeAndForget(id: string, lines: readonly OrderLine[]): Promise<number> {
  const own = container.createChildContainer();
  registerIn(own);
  own.register(OrderStore, { useClass: ForgetfulStore });
  return own.resolve(OrderService).place(id, lines);
}

class ForgetfulStore extends OrderStore {
  override async put(): Promise<void> {}
}
