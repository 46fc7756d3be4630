import 'reflect-metadata'; // before tsyringe, which the classes import
import { Context } from 'xcon';
import { OrderService } from './order-service';

/** What the service runs on: the container of the current context. */
export function orderService(): OrderService {
  return Context.current().container.resolve(OrderService);
}
