import fc, { type Arbitrary } from 'fast-check';
import type { Operation, Served } from './document.ts';
import type { Fuzzed } from './fuzzed.ts';
import { garbageRequest } from './garbage-request.ts';
import { nearRequest } from './near-request.ts';
import { validRequest } from './valid-request.ts';

/** Requests of every kind to every operation; those that do work come more often. */
export function anyRequest(served: Served): Arbitrary<Fuzzed> {
  const weighted = served.operations.map((operation) => ({
    operation,
    weight: operation.template.includes('search') || operation.template.includes('analysis') ? 8 : 2,
  }));
  const of = (make: (operation: Operation) => Arbitrary<Fuzzed>): Arbitrary<Fuzzed> =>
    fc.oneof(...weighted.map(({ operation, weight }) => ({ weight, arbitrary: make(operation) })));
  return fc.oneof(
    { weight: 3, arbitrary: of((operation) => validRequest(served, operation)) },
    { weight: 5, arbitrary: of((operation) => nearRequest(served, operation)) },
    { weight: 2, arbitrary: garbageRequest(served) },
  );
}
