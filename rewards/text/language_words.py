# ruff: noqa: RUF001 - letters as languages write them
"""The words by which languages of the Latin script are told: the commonest, and those of school mathematics.

A word that two languages write alike is in the lists of both, so that it tells nothing between them.
"""

_LISTS = {
    "en": """
        the of and to in is that it he she was for on are as with his her they at be this from have or had by not but
        what all were we when your you can said there an each which their if will how then them these so some would
        make like him into has more no way could my than been who its now did get down may over new only little me
        after before must about should also because between does let lets let's since therefore thus hence where while
        given find using use first second next finally step answer number numbers total many much per every both same
        different half twice times plus minus equal equals equation solve solving compute evaluate express factor
        value sum product difference ratio average least greatest most left right side sides area length perimeter
        triangle circle square point points line angle such any other another one two three four five six seven eight
        nine ten hundred day days week hour hours minute minutes year years cost costs price spend spends spent pay
        paid buy buys bought sell sells sold eat eats ate take takes took give gives gave gets makes made need needs
        know think wait check see means having being do doing done it's i'm that's there's we're don't doesn't isn't
        can't i'll we'll add adding subtract multiply divide divided multiplied simplify simplifying remaining already
        still out up off just very well good time people money school car dollars cents apples remainder whole integer
        integers positive negative possible here even odd again we've you're they're he's she's""",
    "de": """
        der die das und ist in zu den von mit sich des auf für im dem nicht ein eine als auch es an werden aus er hat
        dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis
        mehr durch man sein wurde sei hatte kann gegen vom können schon wenn habe seine ihre dann unter wir soll ich
        eines jahr zwei diese dieser dieses wieder uns alle alles also damit daher deshalb weil ob jeder jede jedes
        jetzt insgesamt beträgt ergibt gilt somit folgt zuerst zunächst schritt antwort lösung aufgabe zahl zahlen
        summe gleichung anzahl gesamt hälfte doppelt mal drei vier fünf sechs sieben acht neun zehn müssen muss gibt
        gegeben berechnen rechnen euro stunden tage wert fläche länge seite seiten dreieck kreis punkt gerade sowie
        beide beiden ihm ihr ihnen was wer wo warum hier da doch sehr viel viele wenig pro kostet kauft verkauft
        bleiben bleibt übrig nun ja nein""",
    "fr": """
        de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son ou on
        mais nous vous elle ils aux cette été fait être ont sa ses leur comme même tout tous ces était entre sans deux
        donc si très bien alors car peut où je tu mon ma mes notre nos votre chaque puis ensuite ainsi aussi encore
        toujours nombre nombres somme total produit équation réponse étape solution calcul calculer calculons trouver
        trouve avons obtient égal égale vaut soit fois moitié double trois quatre cinq six sept huit neuf dix jours
        heures prix coûte achète vend reste côté côtés longueur aire triangle cercle point droite quel quelle quand
        combien y avoir faut maintenant d'abord enfin après avant moins""",
    "es": """
        de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin
        sobre este ya entre cuando todo esta ser son dos también fue había era muy hasta desde está mi porque qué sólo
        solo han yo hay vez puede todos así nos ni parte tiene él uno donde bien ese ahora cada entonces tenemos luego
        después primero segundo paso respuesta número números suma total ecuación solución resultado igual calcular
        calculamos encontrar debemos sea ambos mitad doble veces tres cuatro cinco seis siete ocho nueve diez días
        horas precio cuesta compra vende queda quedan lado lados área triángulo círculo punto cuántos cuántas cuánto
        dinero hacer vamos necesitamos tanto ella ellos dado valor menos""",
    "it": """
        di e il la che è per un in una sono non si da del con le i dei al come più alla ma nel gli anche dalla delle
        della ha su questo questa lo ci se nella suo sua loro essere stato tra fra o due quindi dove quando ogni dopo
        prima poi sia io noi perché cosa tutti tutto abbiamo può ancora solo così molto allora mentre cui degli dai
        agli sul sulla numero numeri somma totale equazione risposta soluzione passo calcolare calcoliamo troviamo
        trovare uguale risulta metà doppio volte tre quattro cinque sei sette otto nove dieci giorni ore prezzo costa
        compra vende rimangono resta lato lati area triangolo cerchio punto quanti quante quanto bisogna dobbiamo
        valore dato ora lei lui meno""",
    "pt": """
        de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua
        ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus
        quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos havia seja qual
        será nós então cada dois duas portanto assim agora temos primeiro passo resposta número números soma total
        equação solução resultado igual calcular vamos encontrar devemos ambos metade dobro vezes três quatro cinco
        seis sete oito nove dez dias horas preço custa compra vende restam lado lados área triângulo círculo ponto
        quantos quantas quanto dinheiro precisamos logo valor dado menos são""",
    "nl": """
        de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door naar heeft
        hij ze wordt tot je was of deze worden hebben over al we kan zich meer die dit wel geen moet werd had ik haar
        hun veel nu twee wat wie waar hoe dus omdat want daarom elk elke ieder beide tussen onder zo eerst daarna
        vervolgens stap antwoord oplossing getal getallen som totaal aantal vergelijking gelijk berekenen vinden helft
        dubbel keer drie vier vijf zes zeven acht negen tien dagen uren uur prijs kost koopt verkoopt blijven blijft
        zijde lengte oppervlakte driehoek cirkel punt hoeveel krijgen moeten kunnen gegeven waarde euro daar hier mijn
        ons zij""",
    "pl": """
        i w na z się nie do to jest że o jak ale za co po tak jego jej od przez przy dla są był była było być ma może
        już czy tylko oraz więc więcej który która które których gdy jeśli ten ta te tego tej tym tych ich im go mu
        jako bo pod nad przed między każdy każda każde dwa dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć
        mamy następnie zatem stąd ponieważ najpierw teraz krok odpowiedź rozwiązanie liczba liczby liczb suma razem
        równanie wynosi równa równe obliczyć obliczamy znaleźć połowa razy dni godzin cena kosztuje kupuje sprzedaje
        zostaje pole bok trójkąt okrąg punkt ile musimy wartość wynik jeszcze bardzo on ona oni my wszystkie""",
    "tr": """
        ve bir bu da de için ile çok daha olarak gibi olan kadar sonra ne var mi mı o ki en ama ya her iki ise değil
        veya hem şu biz ben sen onun bunun olduğu olur oldu olduğunu göre önce şimdi toplam sayı sayısı sayılar
        eşittir eşit denklem cevap çözüm adım yani böylece çünkü eğer kaç tane tanesi gün saat fiyat lira yarısı katı
        üç dört beş altı yedi sekiz dokuz on bulmak bulalım hesaplayalım hesapla kalan kalır alan kenar üçgen daire
        nokta değer değeri gerekir vardır elde ederiz ediyor verilen arasında üzerinde tüm ilk ikinci başka diğer""",
    "vi": """
        và của là có không được một các cho trong người với này đó những như để khi đã ta nếu thì số bằng tổng mỗi vậy
        nên hai ba bốn năm sáu bảy tám chín mười tìm tính cần còn lại giá trị phương trình do từ ra vào lên hay hoặc
        chúng tôi bạn anh chị em ông bà nhiều ít hơn nhất cũng đến trên dưới đầu tiên sau trước bước đáp án kết quả
        giải bài toán ngày giờ tiền mua bán cạnh tam giác diện tích điểm đường tròn theo vì mà đều phải nữa rồi""",
    "id": """
        yang dan di dari untuk dengan pada dalam ini itu adalah tidak ke akan oleh sebagai dapat atau juga karena saya
        kita kami dia mereka ada sudah telah bahwa jika maka jadi lebih setiap semua antara seperti bisa harus satu
        dua tiga empat lima enam tujuh delapan sembilan sepuluh jumlah bilangan angka persamaan jawaban jawabannya
        langkah pertama kedua kemudian sehingga sama hasil hasilnya menghitung hitung mencari nilai adanya memiliki
        setengah kali hari jam harga uang membeli menjual sisa tersisa sisi luas segitiga lingkaran titik berapa
        banyak total apel buah per lalu sekarang mari tersebut anda masih lagi para tahun""",
}
_NEIGHBOURS = {
    "sv": """
        och i att det som en på är av för med den till inte har de om ett han men var jag sig från så kan man när år
        ska eller efter vid hon nu också kommer alla mycket finns vi detta dessa vad hur där här blir sedan""",
    "da": """
        og i at det som en på er af for med den til ikke har de om et han men var jeg sig fra så kan man når skal
        eller efter ved hun nu også kommer alle meget hvad hvor her bliver vi dette disse der hvis fordi derfor ha vil
        seg av mye etter ble enn""",
    "fi": """
        ja on ei se että hän oli ovat mutta kun niin myös kuin jos tai vain nyt sitten joka jotka tämä tässä ole voi
        olla minä sinä me te he mitä miten siis koska kaikki mukaan sen ne""",
    "cs": """
        a je v na se že s z do o k to jsou by pro za i jak ale nebo tak jako po ve ze co být byl když už má od jen aby
        také jeho které který která pokud není tento tato toto tedy protože pri sú nie ako sa aj alebo keď čo ktoré
        ktorý môže iba""",
    "hr": """
        i je u na se da za od su a o s kao ne koji koja koje ali to ili što bi iz po do sve kada kako može samo još
        ako nije biti smo ovo ova zatim prema nakon između te jer""",
    "hu": """
        a az és hogy nem is egy van volt ezt azt meg csak de ha mint már még el vagy akkor lesz ez ki kell minden után
        majd pedig mert így ami amely aki között lehet ezután tehát""",
    "ro": """
        și în de la cu nu pe care este din sunt pentru un o că se mai ce dar sau fi ar după fost prin dacă când ca am
        avem deci astfel fiecare toate între""",
    "ca": """
        de la i el que en a els les per un una amb no és del al es com més però si són ha aquest aquesta aquests també
        seva seu fins sobre quan on perquè molt o ho hi tot tots ser pot cada dos només""",
    "eo": """
        la kaj de en estas al por ne ke kun mi vi ĝi oni se sed aŭ kiu kiuj tiu tiuj ĉi pri el kiel pli ankaŭ nun per
        tio vin li ŝi ili havas povas devas""",
}
"""Languages that are told only so that they are not taken for one of the others."""

_LETTERS = {
    "de": "äöüß",
    "fr": "àâæçèéêëîïôùûüÿœ",
    "es": "áéíñóúü",
    "it": "àèéìíòóùú",
    "pt": "áàâãçéêíóôõú",
    "nl": "éëïóöü",
    "pl": "ąćęłńóśźż",
    "tr": "çğıöşüâîû",
    "sv": "åäöé",
    "da": "æøåé",
    "fi": "äöå",
    "cs": "áčďéěíňóřšťúůýžľĺŕôä",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "ca": "àçèéíïòóúü",
    "eo": "ĉĝĥĵŝŭ",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
}
"""Letters beyond the first 26 that a language's words are written with."""

LATIN = (*_LISTS, *_NEIGHBOURS)
"""The languages of the Latin script, by their ISO 639-1 codes."""
WANTED_LATIN = tuple(_LISTS)
"""Those of them that a text may have to be in."""

WORDS: dict[str, tuple[int, ...]] = {}
"""The places in `LATIN` of the languages that have a word."""

for _place, _text in enumerate((*_LISTS.values(), *_NEIGHBOURS.values())):
    for _word in set(_text.split()):
        WORDS[_word] = (*WORDS.get(_word, ()), _place)

LETTERS = tuple(frozenset(_LETTERS.get(code, "")) for code in LATIN)
"""The further letters of each language of `LATIN`."""

_SYMBOLS = """
    sin cos tan cot sec csc arcsin arccos arctan log ln exp lim max min mod gcd lcm det sqrt frac cm mm km kg mg ml ft
    mph kmh deg rad"""
SYMBOLS = frozenset(_SYMBOLS.split())
"""Names of functions and units, which are of no language."""

ENGLISH_ENDINGS = frozenset(("s", "t", "re", "ll", "ve", "d", "m"))
"""What stands behind the apostrophe of an English word."""
FRENCH_ELISIONS = frozenset(("l", "d", "qu", "c", "n", "s", "j", "m", "t", "jusqu", "lorsqu", "puisqu"))
"""What stands before the apostrophe of a French word."""
ITALIAN_ELISIONS = frozenset(("l", "d", "un", "dell", "all", "nell", "sull", "dall", "quell", "c", "dov"))
"""What stands before the apostrophe of an Italian word."""
