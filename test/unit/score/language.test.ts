import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../../src/extract/text-language.ts';
import { pageLanguage } from '../../../src/score/language.ts';

describe('the language of a text', () => {
  it.each([
    [
      'en',
      'libffi ffi_prep_cif FFI_DEFAULT_ABI void unsigned. Each function takes a pointer and returns the status of the call.',
    ],
    ['de', 'Die Kosten hängen von vielen Dingen ab, sprechen Sie mit uns über das Haus.'],
    ['fr', 'Le prix dépend de la taille de la maison et de la région où elle se trouve.'],
    ['pt', 'O preço depende do tamanho da casa e da região em que ela se encontra.'],
    ['ja', '電気圧力鍋で玄米を炊く方法は簡単で、玄米と水を入れて加熱するだけです。'],
    ['zh', '电压力锅煮糙米的方法很简单,只要加水加热就可以了,不需要提前浸泡。'],
    ['ar', 'افتتحت الهيئة العامة للنقل يوم الأربعاء خط القطار السريع بين المدينتين'],
    ['ru', 'Стоимость зависит от размера дома и от региона, в котором он находится.'],
    ['ko', '전기 압력솥으로 현미밥을 짓는 방법은 아주 간단합니다.'],
  ])('is %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it('is unknown below 20 letters', () => {
    expect(detectLanguage('Apple iPhone 17')).toBeNull();
  });

  it('is what the page declares, then the header, then what the text looks like, then what the caller says', () => {
    const text = 'The price depends on the size of the house and on where it stands.';
    const said = { htmlLang: 'de-AT', header: 'fr', caller: 'es', text };
    expect(pageLanguage(said)).toEqual({ language: 'de', basis: 'html_lang', detected: 'en' });
    expect(pageLanguage({ ...said, htmlLang: null }).basis).toBe('header');
    expect(pageLanguage({ ...said, htmlLang: '', header: null })).toMatchObject({
      language: 'en',
      basis: 'text',
    });
    expect(pageLanguage({ ...said, htmlLang: null, header: null, text: '' })).toMatchObject({
      language: 'es',
      basis: 'caller',
    });
    expect(pageLanguage({ htmlLang: null, header: null, caller: null, text: '' }).language).toBeNull();
  });
});
