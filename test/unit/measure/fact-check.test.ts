import { describe, expect, it } from 'vitest';
import type { Brand } from '../../../src/contract/brand-book.ts';
import { checkFacts } from '../../../src/measure/fact-check.ts';

const ACME: Brand = {
  id: 'acme',
  name: 'Acme',
  own: true,
  domains: [],
  terms: [],
  deny: [],
  facts: {
    description: null,
    foundedYear: 1999,
    headquarters: 'Berlin, Germany',
    prices: [{ product: 'Acme Pro', amount: 1299.5, currency: 'EUR' }],
  },
};

function verdict(text: string, fact: 'founded_year' | 'headquarters' | 'price'): string {
  const check = checkFacts(ACME, [{ observationId: 'o1', text }]).find((one) => one.fact === fact);
  return check?.agrees === 1 ? 'agrees' : check?.contradicts === 1 ? 'contradicts' : 'not stated';
}

describe('declared facts against sentences', () => {
  it.each([
    ['Acme was founded in 1999 and bought by Foo in 2015.', 'agrees'],
    ['Acme, established in 2001, makes drills.', 'contradicts'],
    ['Acme wurde 1999 gegründet.', 'agrees'],
    ['Acme 成立于2001年。', 'contradicts'],
    ['Acmeは1999年に設立されました。', 'agrees'],
    ['Компания Acme основана в 1999 году.', 'agrees'],
    ['Acme 2001 yılında kuruldu.', 'contradicts'],
    ['Unlike Foo, founded in 1886, Acme was founded in 1999.', 'agrees'],
    ['Foo was founded in 1886 and Acme was established in 1998.', 'not stated'],
    ['Acme was not founded in 1998.', 'not stated'],
    ['Since 2015 Acme has sold 2000 drills.', 'not stated'],
  ])('year: %s → %s', (text, expected) => {
    expect(verdict(text, 'founded_year')).toBe(expected);
  });

  it.each([
    ['Acme is headquartered in Berlin and employs 200 people.', 'agrees'],
    ['Acme is based in Germany.', 'agrees'],
    ['Acme is headquartered in Austin, Texas.', 'contradicts'],
    ['Acme hat seinen Sitz in Berlin.', 'agrees'],
    ['Acme hat seinen Sitz in Wien.', 'not stated'],
    ['Acme, based in part on open code, is fast.', 'not stated'],
    ['Acme 总部位于柏林。', 'not stated'],
  ])('headquarters: %s → %s', (text, expected) => {
    expect(verdict(text, 'headquarters')).toBe(expected);
  });

  it.each([
    ['Acme Pro costs €1,299.50.', 'agrees'],
    ['Acme Pro kostet 1.299,50 €.', 'agrees'],
    ['Acme Pro is about EUR 1300.', 'agrees'],
    ['Acme-Pro costs 999 EUR.', 'contradicts'],
    ['Acme Pro costs $999.', 'not stated'],
    ['Save €200 on Acme Pro.', 'not stated'],
    ['Acme Pro is €999 or €1,099 with a case.', 'not stated'],
    ['Acme Lite costs €99.', 'not stated'],
  ])('price: %s → %s', (text, expected) => {
    expect(verdict(text, 'price')).toBe(expected);
  });

  it('counts per declared fact and quotes each observation once', () => {
    const sentences = ['o1', 'o1', 'o2'].map((observationId) => ({
      observationId,
      text: 'Acme was founded in 1999.',
    }));
    const [year, seat, price] = checkFacts(ACME, sentences);
    expect(year).toMatchObject({ fact: 'founded_year', declared: '1999', agrees: 3, contradicts: 0 });
    expect(year?.examples.map(({ observationId }) => observationId)).toEqual(['o1', 'o2']);
    expect([seat?.agrees, price?.declared]).toEqual([0, 'Acme Pro: 1299.5 EUR']);
    expect(checkFacts({ ...ACME, facts: null }, sentences)).toEqual([]);
  });
});
