/**
 * A promise that is awaited later, or in another order than it was begun: until then a failure of it is nobody's unhandled
 * rejection. Who never awaits it loses its failure.
 */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
