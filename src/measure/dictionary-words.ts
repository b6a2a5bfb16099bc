/** The key of words that most languages of the Latin script share. */
export const EVERY_LANGUAGE = '*';

/**
 * Everyday words that are also brands, by language: a term that is one of them counts only with support. Chosen by
 * hand from well-known brand names, 2026-11; not a dictionary. `flaggedTerms` also flags what the control answers
 * contain, which catches common words missing here.
 */
export const DICTIONARY_WORDS: Readonly<Record<string, string>> = {
  [EVERY_LANGUAGE]: `alpha delta diesel jaguar lotus mango opera panda puma visa`,
  en: `access ace act acorn alpha alphabet amber ally anchor angel ant apex apple arc arrow asana ash atlas aurora avocado axe
    bamboo band bank base basecamp beacon bear beats bee bell best bing bird black blaze blink block bloom blue bolt bonus boost boots
    boss bounce bounty box brave breeze bright brook bubble budget buffer bumble burst butter buzz camel canal canvas cargo caterpillar
    champion charge chase cheer chime chrome circle citizen clay clear cloud clover coach coast cold columbia comfort command compass
    corona costa cove crane crest cricket crocs crown cube cursor dash dawn dell delta dial diamond diesel dime discord discover
    dollar door dove drift drive drop eagle earth echo eclipse edge element ember enterprise epic even excel express extra fable falcon
    fast fiddler fire fit five flame flash fleet flex flow focus ford forest fossil fox frame free front frontier fuel gain galaxy gap
    gemini general ghost giant glad glide globe go gold grab grammar grape green greenhouse ground group guess gulf hammer harbor
    harmony harvest heap hinge home honey hook horizon house impact indeed ink insight ivory jaguar jam java joy jungle keen keep
    kick kind kindle king knock leaf leap lemon lemonade lever lime line linear link lion loop lotus lucky lumen luna lyra magnet mango
    maple mars match matter max medium mercury message meta metro mint mirror mission monarch monday monster moon motion mustang
    national native navy nest net next nice node north note notion nova now oak oasis ocean odd office olive one open opera oracle
    orange orbit origin oscar outlook oxygen pages panda paper parade path patch peach peacock pearl pepper perplexity phoenix pilot pine
    pixel play plum plus polar pole post prime prism progressive proton pulse puma pure quest quick rain ramp range raven real red reef
    reflect ring river road robin rocket root rose safari sage salt samba sand scout sea seat segment shark shell shift shine signal
    silk silver simple sky slack slate smart snap snowflake solo sonic soul spark sphere spirit splash spring sprint sprout square stage
    staples star state steam stone storm stream stride stripe subway summit sun surface surf swan swift table tandem target teams
    telegram tempo tender three threads thrift thrifty tide tiger timberland tinder toast torch total tower trade train trident triumph
    turbo twin united unity uber vans vanguard vault vector venture via vine virgin visa visible vision vista vital vivid wave way west
    whale wheel whisper willow wind window windows wing wink wise wish wolf wonder word work workday yale yield zest zone zoom`,
  de: `adler anker ariel auge bahn bild blume boden boss brand dash diesel eins extra falke fix focus fokus freund frosch gala gold golf
    haus heim herz käfer kind knirps komet krone kugel lotus lupe mark meister mini mond nord norma opera orange orion panorama penny
    polo post puma real rose rügen schwan signal smart sonne sparkasse spiegel stern tempo tiger total union visa vista vorwerk welt
    wolf zeit zoom`,
  fr: `ami avenir boulanger boulangerie but canal carrefour casino champion comptoir éclair etam étoile express flamme free galerie géant jour
    la\u0020poste libre lotus lu lune mars match mini monde notion opera opéra orange paris plus président printemps puma rivoire sol soleil
    total tiger vache visa`,
  es: `águila bien casa corona cruz día dia estrella éxito fiesta flor fuerte general lotus luna mango mar meta mundo naranja nave norte
    oro orange paz puma real rey sol tigre total tous visa vista`,
  it: `arancia azzurro campari conad corona diesel eni esso estate fiera girasole illy lancia lavazza mela mulino mulino\u0020bianco orange
    piano punto sole stella tempo tigre tim vero vista visa vita`,
  pt: `banco claro corona globo laranja natura oi oito original real skol sol tim vivo visa vale`,
  nl: `anker bol bruin coop dam dirk hema jumbo kruidvat orange plus post praxis rabo spar ster visa zon ziggo`,
  sv: `apoteket arla björn coop hemköp icke klarna läkerol mio orange pressbyrån telia tre volvo visa tele ur`,
  tr: `altın arçelik ata ay beyaz çiçek dolap elma eti garanti getir güneş iş koton mavi metro mudo penti pınar sahibinden su şok turuncu
    ülker vakko yapı yıldız ziraat visa`,
  fi: `aalto alko elisa fiskars honka karhu kone koti lumi neste otava pohjola posti prisma raisio sampo sato sisu suomi tähti tori
    valio veli visa`,
  hu: `alma arany árkád csillag csemege fecske mol mól nap pick sport tisza vár visa narancs suzuki`,
  pl: `allegro biedronka cukier dom era gazeta jabłko kruk lot mokate play plus polska pomarańcza puma radio słońce smyk trybuna wizja
    wprost żabka żubr żywiec`,
  cs: `dar dům jablko krteček koruna květ lev míra pramen rohlík slunce zdroj zlato škoda`,
  ru: `авангард алиса альфа буква вкусно восток дикси дзен домик дон звезда звук зебра золото икра карусель копейка кубань ладья лада
    лента лукоморье лукойл магнит маяк мегафон мир мята окей окко озон палитра перекрёсток перекресток победа почта прогресс пятёрочка
    пятерочка радуга россия самокат салют светофор связной солнышко спутник спар сфера теремок тройка урал шоколадница эльдорадо якорь
    яблоко`,
  uk: `зірка комора книга мрія нова\u0020пошта пошта розетка світ сонце фора фокстрот яблуко ябко`,
  el: `άλφα αλφα ατλασ γερμανός γερμανόσ δέλτα δωδώνη εθνική ήλιος κωστασ κρίκρι μήλο νίκη πειραιώς πλαίσιο φάγε φως`,
  he: `אגד אדום אלון אפל בזק דלק דן הראל הוט הפניקס יס כאן לאומי מגדל מגה מזרחי מנורה נובה ויזה פז פרטנר שמש תנובה תפוח`,
  ar: `ابل الاهلي الجزيره الراعي المراعي الفجر الهلال اتصالات تفاحه جرير زين طلبات كريم مرسول موبايلي نجم نون نور هنقرستيشن`,
  fa: `همراه نوا ایرانسل دیوار سیب شاتل`,
  hi: `अमूल आकाश उषा ओला घड़ी जियो टाटा तारा निरमा सेब सूर्या हीरो`,
  th: `กสิกร กรุงไทย ช้าง ดาว ทรู ลีโอ โลตัส สิงห์ แอปเปิล เซ็นทรัล เสือ`,
  ko: `국민 기아 길 네이트 농심 다음 당근 대한 라인 매일 무지개 별 사과 삼양 서울 소망 신세계 오뚜기 우리 직방 카카오 토스 하나 현대`,
  ja: `アサヒ オレンジ ガスト キリン サクラ シェル スイッチ ターゲット タイガー バンク ヤマト ライオン ライン 朝日 楽天 毎日 日産 旭 象印 三日月 リンゴ
    りんご アップル`,
  zh: `苹果 蘋果 小米 大众 大眾 联想 聯想 长城 長城 奔驰 奔馳 宝马 寶馬 红旗 光明 美的 长虹 荣耀 榮耀 快手 平安 雪花 统一 統一 旺旺 理想 吉利 现代 現代
    甲骨文 人人 当当 天猫 小鹏 国美 红牛 白象 蓝月亮 好丽友 统帅 太平洋 永辉 中信 国泰 國泰 橙子 周大福 贝壳 百事 可口 豆瓣 饿了么 得到
    闲鱼 飞猪 得物 盒马 向日葵 钉钉 飞书 微光 印象`,
};
