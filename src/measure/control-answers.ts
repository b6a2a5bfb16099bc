/**
 * Neutral answers on everyday topics, written for this purpose, with no brand in them: a term found here is an
 * everyday word, whatever the word lists say (C.2.7).
 */
export const CONTROL_ANSWERS: readonly { language: string; text: string }[] = [
  {
    language: 'en',
    text: `To store fruit well, keep apples and pears in a cool place and leave an orange or a lemon in an open bowl. Berries are best on top of a paper towel. Ripe fruit gives off gas, so a banana next to a peach will turn soft fast. Cut fruit goes into a closed box in the fridge. Wash it just before you eat it, pat it dry, and check every day for mold. A bruise is no reason to throw the whole piece away.`,
  },
  {
    language: 'en',
    text: `A good night of sleep starts with a plan. Set one target time and keep to it even at the end of the week. Turn the screen off an hour before bed, dim the light, and let the room be cool and dark. A short walk in the sun during the day helps your body clock. If you cannot fall asleep after twenty minutes, get up, read a page of a book in another room, and go back when you feel tired. Coffee, tea and a big meal late at night all make rest harder.`,
  },
  {
    language: 'en',
    text: `The water cycle is simple: the sun heats the ocean, water rises as vapor, and when it meets cold air it turns into a cloud. Wind moves the cloud over land, where a change of pressure brings rain or snow. Part of it runs down a river and through a delta into the sea again; part sinks through sand and stone and feeds a spring. A forest slows the flow, a field lets it soak in, a paved square does neither. In general a drop spends about nine days in the air.`,
  },
  {
    language: 'en',
    text: `When you write a letter to a landlord, state the matter in the first line, give the date and a clear note of what is broken, and say what you expect next. Attach a picture if you can. Stay polite: a sharp tone may shut the door you want to keep open. Keep a copy in a folder, and use a form of delivery that leaves a record. In many places the owner has to act within two weeks; a tenant union or a legal office can check your case at no charge.`,
  },
  {
    language: 'en',
    text: `To learn a piece on the piano, look at the key and the beat before the first bar. Play each hand alone, slow and even, then join both. Mark the place where you stop most often and start one bar before it. A metronome is a help, not a boss; use it to find the tempo, then switch it off and listen for the line and the echo of the theme. Ten quiet minutes twice a day bring more than one long session on Monday. Record yourself once a month; the sound will surprise you.`,
  },
  {
    language: 'en',
    text: `Most hikers need less than they pack. Bring a map, a compass, a warm layer, a rain shell, enough water, and food that you like. Tell someone your route and the hour you will be back. Choose shoes with a firm edge and a sole that can grip wet rock. On the trail, step aside for people who climb, stay away from a nest or a den, and carry every bit of trash out. If a storm builds, leave the ridge at once: a lone tree is no shelter. At dusk even a wide path can vanish.`,
  },
  {
    language: 'de',
    text: `Für einen guten Kompost wechseln sich feuchte und trockene Schichten ab. Schalen von Äpfeln, Kaffeesatz und Gras sind feucht, Laub, Stroh und Pappe sind trocken. Der Haufen steht auf offenem Boden, damit Würmer Zugang haben, und liegt am besten im Schatten. Einmal im Monat wird er umgesetzt. Gekochtes, Fleisch und Öl ziehen Ratten an und gehören in den Müll. Nach einem Jahr riecht die Erde nach Wald; dann ist sie reif und kommt auf das Beet. Ein Sieb trennt die groben Teile, die noch einmal mit in den neuen Haufen wandern.`,
  },
  {
    language: 'de',
    text: `Wer mit Kindern eine Radtour plant, rechnet mit der Hälfte der eigenen Strecke. Eine Pause alle zehn Kilometer, ein Spielplatz als Ziel und genug Wasser halten die Laune hoch. Vor dem Start werden Bremsen, Licht und Reifen geprüft. Der Helm sitzt gerade und wackelt nicht. Auf der Straße fährt ein Erwachsener vorn und einer hinten. Die Post, der Bahnhof und ein Laden am Weg sind gute Punkte für den Notfall. Bei Gewitter wartet man in einem festen Haus und nicht unter einem Baum; der Tag ist dann eben ein Spiegel des Wetters.`,
  },
  {
    language: 'fr',
    text: `Pour réussir un pain à la maison, il faut peu de choses : de la farine, de l’eau, du sel, un peu de levure et surtout du temps. On mélange, on laisse reposer une heure, puis on plie la pâte plusieurs fois au lieu de la pétrir. La nuit au frais donne du goût. Le four doit être très chaud, avec un bol d’eau en bas pour la vapeur. Le pain est cuit quand il sonne creux. On le laisse refroidir sur une grille avant de le couper, sinon la mie colle. Une tranche avec du beurre et une orange fait un petit déjeuner de printemps.`,
  },
  {
    language: 'fr',
    text: `La marée monte et descend deux fois par jour à cause de la lune et, un peu moins, du soleil. Quand les trois astres sont alignés, la mer va plus loin et se retire plus bas. Les habitants de la côte consultent un tableau avant de partir à pied sur le sable, car l’eau revient parfois plus vite qu’un cheval au trot. Le niveau total dépend aussi du vent et de la pression. Dans un port, une échelle gravée dans la pierre permet de lire la hauteur. Il est libre à chacun de vérifier, mais la prudence reste la règle.`,
  },
  {
    language: 'es',
    text: `Para cuidar una planta en casa, lo primero es la luz: una ventana al este da sol suave por la mañana. El riego depende de la tierra, no del día de la semana; si el dedo sale seco, falta agua. Una maceta con agujero evita que la raíz se pudra. En verano conviene un poco de sombra y en invierno menos agua. Las hojas con polvo se limpian con un paño húmedo. Si aparece una mancha, se corta la hoja y se aparta la planta del resto. Con paciencia, cada flor es una pequeña fiesta y el éxito llega solo.`,
  },
  {
    language: 'it',
    text: `Imparare a nuotare da adulti è possibile e richiede soprattutto calma. Si comincia dove si tocca, con il viso nell’acqua e l’aria che esce piano dal naso. Poi si prova a galleggiare sulla schiena, le braccia larghe come una stella. Il movimento delle gambe viene dopo, con una tavola in mano. Un maestro guarda il tempo e il punto in cui il corpo si irrigidisce. Due lezioni alla settimana bastano; dopo un’estate molti attraversano la vasca da soli. Al mare vale una regola sola: mai oltre il punto in cui si vede il fondo.`,
  },
  {
    language: 'pt',
    text: `Um bom orçamento começa com uma lista clara do que entra e do que sai. Durante um mês, anote cada gasto, mesmo o café da esquina. Depois separe o que é fixo, como casa e luz, do que muda. Uma pequena parte vai para a reserva no mesmo dia em que o dinheiro chega. Se sobra pouco, olhe primeiro para o que ninguém usa. O plano vale um ano, mas pede uma revisão a cada estação. Não é preciso ser rigoroso como um rei das contas: um plano vivo e simples dura mais do que um plano perfeito.`,
  },
  {
    language: 'pl',
    text: `Zbieranie grzybów wymaga spokoju i wiedzy. Do koszyka trafia tylko to, co znamy na pewno; reszta zostaje w lesie. Najlepszy czas to ranek po ciepłym deszczu, gdy słońce stoi jeszcze nisko. Grzyb wykręca się delikatnie albo odcina nożem, a miejsce przykrywa mchem. W domu trzeba je od razu przebrać, bo robaki nie czekają. Suszone nad piecem zachowują zapach przez lata. Kto ma wątpliwości, idzie do punktu, gdzie ktoś mądry plus dobra lampa rozstrzygną sprawę. Zabawa jest darmowa, a lot ptaków nad polaną gratis.`,
  },
  {
    language: 'tr',
    text: `Evde yoğurt yapmak için önce süt kaynatılır ve parmağı yakmayacak kadar soğutulur. İki kaşık eski yoğurt az sütle açılır, sonra hepsi yavaşça karıştırılır. Kap sarılır ve beş saat yerinden oynatılmaz. Sabah buzdolabına konur; ertesi gün kıvamı iyi olur. Süt çok sıcaksa yoğurt ekşir, soğuksa tutmaz. Mavi bir örtü ya da kalın bir havlu aynı işi görür. Altın kural sabırdır: kapağı her açışta ısı kaçar. Yanına bir elma ya da biraz bal getirin, akşam için güzel bir tatlı olur.`,
  },
  {
    language: 'ru',
    text: `Чтобы не заблудиться в незнакомом городе, достаточно нескольких привычек. Перед прогулкой найдите на карте реку, вокзал и главную площадь: по ним легко понять, где вы. Запомните, с какой стороны утром солнце. Если улица незнакома, дойдите до перекрёстка и прочитайте название. В метро смотрите на последнюю станцию линии. Магнит на холодильнике подождёт, а вода и зарядка нужны сразу. Звезда над крышей красива, но дорогу вернее подскажет прохожий. И помните: мир не без добрых людей, а хорошая прогулка не спешит.`,
  },
  {
    language: 'ar',
    text: `لكي تتعلم لغة جديدة تحتاج إلى وقت قصير كل يوم أكثر من ساعة طويلة في الأسبوع. ابدأ بالكلمات التي تقولها كثيرا في البيت والسوق، واكتب كل كلمة في جملة. اسمع حديثا بسيطا وأنت تمشي، ثم كرر بصوت عال. لا تخف من الخطأ فالمعلم الكريم يشرح ولا يسخر. اقرأ قصة للأطفال في المساء، واسأل عن معنى ما لا تفهم. بعد ثلاثة أشهر ستفهم نصف ما تسمع، وبعد سنة تكتب رسالة كاملة. المهم أن تستمر وأن تجعل النور الصغير كل يوم عادة.`,
  },
  {
    language: 'ja',
    text: `部屋を片付けるときは、まず一つの引き出しから始めます。中身をすべて出し、毎日使う物、たまに使う物、もう使わない物に分けます。毎日使う物は手の届く場所に、たまに使う物は上の棚に置きます。電気のスイッチの近くには物を置かないほうが安全です。迷った物は箱に入れて日付を書き、半年たっても開けなければ手放します。大切なのは一日で終わらせようとしないことです。朝日が入る時間に十五分だけ続けると、一か月で部屋の景色が変わります。`,
  },
  {
    language: 'zh',
    text: `想养成跑步的习惯，第一步不是买鞋，而是定一个很小的目标。每周三次，每次二十分钟，能说话的速度就可以。跑之前活动脚踝和膝盖，跑完慢走五分钟。天气热的时候早上跑，带一点水；下雨天可以在家里跳绳。苹果和香蕉是不错的点心，小米粥适合晚饭。身体不舒服就休息一天，不要和别人比。三个月以后，大众健身的路线对你来说就会变得轻松。最重要的是平安回家，让运动成为一件理想而快乐的事。`,
  },
  {
    language: 'ko',
    text: `비 오는 날 집에서 할 수 있는 일은 생각보다 많다. 먼저 창문을 조금 열고 젖은 공기를 들인다. 오래된 사진을 정리하거나 다음 주에 먹을 반찬을 만든다. 사과와 당근을 갈아 주스를 만들면 몸이 가벼워진다. 아이들과는 종이로 배를 접고 하나씩 물에 띄운다. 저녁에는 불을 낮추고 책을 몇 쪽 읽는다. 매일 이렇게 살 수는 없지만, 가끔은 아무 계획 없이 보내는 하루가 우리에게 꼭 필요하다.`,
  },
];
