"""The words and lines by which a signature is known, in the languages of writers."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEPARATOR = re.compile(r"\s?(?:--|\u2014|\u2013|__+) ?")
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019.][^\W\d_]+)*")

# A closing formula is a short line of nothing but such words, a core word among them.
CORE = _words(
    """regards regard rgds wishes sincerely faithfully truly obediently respectfully
    cordially thanks thank thanking thx cheers yours best respect remain benar
    grüße grüßen gruß grüsse grüssen gruss mfg hochachtungsvoll danke dank
    cordialement salutations respectueusement merci amicalement bien
    saludos saludo saluda atentamente atte cordialmente gracias respetuosamente
    atenciosamente att cumprimentos obrigado obrigada respeitosamente abraço abraços
    saluti wassalam"""
)
# Formulas only where they stand alone in their line.
ALONE = _words("best love br brgds kr bw bjs lg vg cdlt cdt bises")
FILLING = _words(
    """a again all an and be blessed dear education every everyone for from god good
    great have i in kind kindest kindly lot lots madam ma'am many may meantime most much
    my of our peace once service sincere sir sirs so team the to very warm
    warmest with you your you're you, your's advance anticipation attention help time
    understanding day nice etc allah bless
    mit freundlichem freundlichen freundliche viele beste besten liebe lieben herzliche
    herzlichen schöne schönen im voraus vielen und ihr ihre ich
    à vous mes nos sincères distinguées meilleures avec d'avance beaucoup je mon de la
    un una muy cordial cordiales le les mi mis su nuestros más muchas antemano por con
    respeto los mejores bem os melhores com desde já e muito cordiais grande
    yang benar distinti cordiali"""
)
DEVICE = re.compile(
    r"""[\s<(*]*(?:
      sent[ ](?:from|via|with|by|using)[ ].{0,20}\b(?:i?phone|ipad|ipod|android|mobile
        |cell|samsung|galaxy|huawei|xiaomi|redmi|oppo|vivo|nokia|blackberry|device|mail
        |outlook|yahoo|windows|airmail|proton|tablet|mailbox|sparrow)\b.*
    | get[ ].{0,3}outlook[ ]for[ ].*
    | (?:envoyé|enviado|inviato|verzonden|verstuurd|sendt|skickat|gesendet)[ ].{0,30}
        \b(?:i?phone|ipad|android|mobile|móvil|celular|téléphone|smartphone|outlook|yahoo
        |samsung|huawei|dispositivo|telefoon|mail|blackberry)\b.{0,40}
    | (?:von|diese[ ]nachricht).{0,40}\b(?:iphone|ipad|android|handy|mobil\w*
        |smartphone)\b.{0,60}\bgesendet.?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# What machines append to any mail: confidentiality, viruses, trees.
DISCLAIMER = re.compile(
    r"""\b(?:confidential\w*|confidencia\w*|vertraulich\w*|disclaimer|privileged
      |haftungsausschluss|destinat[áa]rio|destinataires?|unauthori[sz]ed
      |intended[ ](?:recipient|only|solely|for)|received[ ]this.{1,30}in[ ]error
      |virus(?:es)?|malware|legally[ ]binding|opinions[ ]expressed
      |before[ ](?:you[ ])?print\w*|environment|medio[ ]ambiente|environnement|imprim\w+
      |umwelt|ausdrucken|meio[ ]ambiente)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What offices append below a name: how to reach them, what they are, what they praise.
CONTACT = re.compile(
    r"""\b(?:registered[ ](?:office|charity|company|in|number|no)
      |(?:company|charity)[ ](?:no|number|reg\w*)|unsubscribe|follow[ ]us|find[ ]us[ ]on
      |visit[ ](?:us|our)|like[ ]us[ ]on|open[ ](?:day|morning|evening)
      |admissions?[ ]open|facebook|instagram|linkedin)\b
    |www\.|https?:|\b(?:t|tel|telephone|phone|mobile|mob|cell|fax|e-?mail)\.?[ ]?:""",
    re.IGNORECASE | re.VERBOSE,
)
# What a gateway puts above mail from outside.
WARNING_ON_TOP = re.compile(
    r"[\W_]*(?:caution|external|warning|attention|be careful|important)\b.{0,200}"
    r"\b(?:outside|external|originated|do not click)\b",
    re.IGNORECASE | re.DOTALL,
)
POSTSCRIPT = re.compile(r"\s*(?:(?:p\.? ?){1,3}s\b|n\.?b\b)[.:,; -]", re.IGNORECASE)
# A disclaimer never speaks of one person, a complaint nearly always does.
ONE_PERSON = _words(
    """i i'm i've i'd i'll im ive me my mine myself he she him her his hers
    ich mich mir mein meine meinem meinen er je j'ai moi mon ma mes il elle
    yo mí mi mis él ella eu meu minha ele ela"""
)
TOLD_OF = ONE_PERSON | _words(
    """we we're we've we'd they them their wir uns sie nous notre nosotros nuestro
    nuestra nós nosso nossa"""
)
# "You" alone, or a verb alone, is also how a slogan speaks.
TALK = TOLD_OF | _words(
    """you your please kindly bitte vous votre usted ustedes você vocês is are was were
    has have had did does not been will would should could cannot but because"""
)
POSTS = _words(
    """head headmaster headmistress headteacher principal vice deputy director officer
    teacher coordinator co-ordinator manager bursar registrar secretary counsellor
    counselor rector dean tutor teacher exams examinations exam examination lecturer
    senco hod assistant administrator president chair chairman chairperson governor
    controller proprietor proprietress superintendent supervisor consultant agent
    librarian professor invigilator parent mother father guardian candidate student
    department faculty office school college academy institute university
    directora coordinador coordinadora profesor profesora jefe jefa secretaria
    directeur directrice proviseur professeur diretor diretora professora
    schulleiter schulleiterin lehrer lehrerin"""
)
TITLES = _words(
    """mr mrs ms miss mx dr prof sir madam sr fr rev ven col brig maj capt gen lic ing
    engr alhaji hajiya chief barr pst dcns puan tuan encik cikgu shri smt kum herr frau
    m mme mlle"""
)
