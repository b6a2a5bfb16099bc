import { describe, expect, it } from 'vitest';
import { answerLanguage } from '../../../src/measure/answer-language.ts';

describe('the language of an answer', () => {
  it.each([
    [
      'en',
      'The best option for most teams is the one that keeps your data safe while it stays simple to use.',
    ],
    [
      'de',
      'Die beste Wahl für die meisten Teams ist die, bei der eure Daten sicher sind und die einfach bleibt.',
    ],
    ['fr', 'Le meilleur choix pour la plupart des équipes est celui qui garde vos données en sécurité.'],
    [
      'es',
      'La mejor opción para la mayoría de los equipos es la que mantiene sus datos seguros y es fácil de usar.',
    ],
    [
      'it',
      'La scelta migliore per la maggior parte dei team è quella che tiene i dati al sicuro ed è semplice.',
    ],
    [
      'pt',
      'A melhor opção para a maioria das equipes é aquela que mantém os seus dados seguros e não é difícil.',
    ],
    [
      'nl',
      'De beste keuze voor de meeste teams is die waarbij je gegevens veilig zijn en die eenvoudig blijft.',
    ],
    [
      'sv',
      'Det bästa valet för de flesta team är det som håller era data säkra och som förblir enkelt att använda.',
    ],
    [
      'fi',
      'Paras vaihtoehto useimmille tiimeille on se, joka pitää tietosi turvassa ja on silti helppo käyttää.',
    ],
    ['pl', 'Najlepszym wyborem dla większości zespołów jest ten, który chroni dane i jest prosty w użyciu.'],
    [
      'hu',
      'A legtöbb csapat számára az a legjobb választás, amely biztonságban tartja az adatokat és egyszerű.',
    ],
    ['tr', 'Çoğu ekip için en iyi seçenek, verilerinizi güvende tutan ve kullanımı kolay olan seçenektir.'],
    ['ru', 'Лучший вариант для большинства команд — тот, который хранит ваши данные в безопасности.'],
    ['ja', '多くのチームにとって最適なのは、Apple のようにデータを安全に保ちながら簡単に使えるものです。'],
    ['zh', '对大多数团队来说，最好的选择是既能保证数据安全又简单易用的 Notion 工具。'],
    ['ko', '대부분의 팀에게 가장 좋은 선택은 데이터를 안전하게 지키면서 사용하기 쉬운 것입니다.'],
    ['th', 'ตัวเลือกที่ดีที่สุดสำหรับทีมส่วนใหญ่คือตัวเลือกที่รักษาข้อมูลของคุณให้ปลอดภัย'],
    ['he', 'האפשרות הטובה ביותר עבור רוב הצוותים היא זו ששומרת על הנתונים שלכם'],
    ['el', 'Η καλύτερη επιλογή για τις περισσότερες ομάδες είναι αυτή που κρατά τα δεδομένα ασφαλή.'],
    ['ar', 'الخيار الأفضل لمعظم الفرق هو الذي يحافظ على أمان بياناتك ويبقى سهل الاستخدام للجميع'],
  ])('%s is told', (language, text) => {
    expect(answerLanguage(text)).toBe(language);
  });

  it('is unknown when there is too little to tell from', () => {
    expect(answerLanguage('')).toBeNull();
    expect(answerLanguage('42 %')).toBeNull();
    expect(answerLanguage('Samsung, Sony')).toBeNull();
  });

  it('is not Japanese because one name is', () => {
    expect(answerLanguage('Many people in the city like ラーメン most of all, and it is good.')).toBe('en');
  });
});
