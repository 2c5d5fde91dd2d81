import { spaceIdeographs, withoutMarks } from './normalise.ts';

/**
 * What a word or phrase means for the detectors. Rules combine concepts, so that one rule holds in every language
 * the lexicon knows and for wordings nobody listed.
 */
const words = {
  /** Negation: what follows is not to be done. */
  not: `not don't dont doesn't never no nobody cannot can't mustn't shouldn't won't nor avoid refrain_from
    nicht kein keine keinen nie niemals ne pas jamais nunca jamas non nao nunca mai
    不 别 勿 莫 не ないで ません しないで 말고 마세요 마십시오 않고 nie
    niet geen nooit sakin inte aldrig`,
  /** Negation of what follows by absence. */
  without: `without ohne sans sin senza sem 不经 未经 未 без ずに 없이
    zonder bez utan olmadan`,
  /** Participles: "the file has to be opened and its text transferred". */
  done: `opened read fetched loaded collected gathered sent transmitted transferred forwarded uploaded posted emailed passed
    included placed inserted added attached appended supplied provided pasted written copied embedded handed`,
  /** Cancels a negation before it: "do not call it without", "won't work unless". */
  unless: `unless until except otherwise instead but forget fail hesitate omit neglect skip sondern sinon sino pero mais ma oder_sonst`,
  tell: `tell telling told mention mentioning mentioned inform informing notify notifying reveal revealing disclose
    disclosing explain alert alerting warn warning let_on bring_this_up bring_it_up bring_up hear_about report_this
    acknowledge discuss talk_about speak_of advise announce admit confess
    erwahn* sag sage sagen mitteil* informier* verrat* verratst erzahl* weis*_hin hinweis*
    dire dis dites mentionn* informez informe informer revele reveler revelez parle parler parlez n'en_parle avertis avertir avertissez previen* signale signaler
    digas decir decirle diga mencion* informe informes reveles reveles avises avisar avise cuentes comentes comunic*
    告诉 告知 提及 透露 通知 说明 泄漏 提到 让 dirlo dire menzion* rivel* contar conte avisar avisa
    知らせ 伝え 教え 言わ 話さ сообща* говори* упомина* рассказыва* 알리지 말하지 언급
    vertel vermeld zeg informeer meld mow powiedz wspominaj informuj beratta namn soyle bahset`,
  show: `show showing display print output expose present share surface include_in_your_reply zeig* affiche* montr* muestr* mostr* 显示 展示 показыва*
    toon pokazuj pokaz visa goster`,
  audience: `user users human humans person customer customers operator end_user anyone anybody them owner
    benutzer* nutzer* anwender* utilisateur* usager* usuario* usuaria* 用户 使用者 utente utenti usuario
    ユーザー 利用者 пользовател* 사용자*
    reader readers gebruiker* uzytkownik* anvandar* kullanıcı* kullanici*`,
  perceive: `know knowing knows notice noticing notices see seeing realise realize learn suspect find_out aware
    knowledge awareness merkt merken bemerkt weiss wissen sache sapere remarqu* sepa entere saiba perceb*
    知道 察觉 发现 気づか узна* замет* consent approval`,
  secrecy: `between_us our_secret our_little_secret in_the_dark behind_the_user's_back behind_their_back as_if_nothing as_though_nothing
    leave_no_trace cover_your_tracks human_eyes stay_hidden keep_it_hidden keep_this_hidden keep_this_secret
    keep_this_confidential keep_it_secret keep_it_quiet be_discreet hide_this hide_the_fact hide_it conceal
    unbeknownst unaware unnoticed undetected unter_uns geheim_halten verheimlich* verschweig* entre_nous cache-le
    entre_nosotros 保密 隐瞒 秘密 segreto segredo 内緒 秘密に тайне скры* 비밀
    알리지_마* 말하지_마* 언급하지_마* 알리지_말* 知らせないて 伝えないて 教えないて 言わないて 話さないて 知らせす soyleme bahsetme bildirme geheim_houden stiekem w_tajemnicy
    nobody_sees nobody_notices no_one_sees no_one_notices no_one_knows humans_cannot_see humans_can't_see invisible_to_humans invisible_to_the_user`,
  quiet: `silently secretly quietly covertly discreetly stealthily invisibly surreptitiously clandestinely
    heimlich unbemerkt stillschweigend unauffallig nebenbei secretement discretement silencieusement en_silence en_cachette
    en_secreto en_silencio silenciosamente discretamente a_escondidas 悄悄 偷偷 暗中 默默 di_nascosto em_segredo
    こっそり 密かに 黙って тайно незаметно втайне 몰래
    heimelijk ongemerkt potajemnie i_hemlighet gizlice`,
  send: `send transmit forward upload post email exfiltrate relay submit leak report mail ship deliver beacon phone_home
    sending transmitting forwarding uploading
    sende senden sendet schick* ubermittl* weiterleit* leite hochlad* lade_hoch envoi* envoy* transmet* transferez transferer televers*
    envia envie enviar enviad* manda mande reenvia transmite transmitir sube 发送 发往 上传 传送 转发 提交 外传 invia inviare
    inoltra transmita 送信 送って 送る 転送 アップロード отправ* перешли передай 전송 보내
    stuur verzend verstuur wyslij przeslij skicka gonder`,
  pass: `pass include put place insert add append attach embed supply provide hand paste store write fill set encode
    inject feed populate copy stuff give passing including hand_over
    gib gebe mitgeb* ubergib ubergeb* fug* setze hange schreib* passe mets mettez insere inser* fourni* ajout* inclu* joins
    pasa pon coloca anade agrega inserta incluye pegar 放入 传入 填入 附加 加入 包含 传递 附上 写入 放到 inserisci metti passa
    coloque insira 入れ 渡し 含め 付け вставь добавь помести приложи 넣어 포함
    geef voeg plaats wstaw przekaz dodaj umiesc lagg 넣*`,
  read: `read open fetch load access retrieve collect gather grab cat dump extract obtain steal harvest scrape look_up enumerate
    reading opening fetching collecting reads_and locate capture exfiltrate
    lies lese lesen offne lade hole sammle auslesen lis lisez lire ouvre recupere recupérer collecte lee leer abre obten recopila
    读取 打开 获取 读 查看 收集 leggi apri raccogli leia abra colete 読み 読んで 読む 取得 開い прочитай прочти открой собери 읽
    lees przeczytaj odczytaj otworz las oku 읽*`,
  declared: `reads opens fetches loads collects gathers retrieves extracts sends posts forwards uploads`,
  must: `must should shall required requires need needs have_to has_to had_to make_sure ensure always please be_sure
    necessary compulsory mandatory obliged demands kindly you_will ought remember_to essential crucial
    musst muss mussen sollst soll bitte unbedingt immer doit dois devez toujours obligatoire faut
    debes debe tienes_que siempre obligatorio 必须 请 务必 需要 应该 应当 一定 总是 devi deve sempre 必ず ください
    должен обязан* обязательно всегда 반드시 항상
    moet moeten altijd musisz zawsze maste alltid her_zaman`,
  first: `before beforehand prior first firstly initially whenever each_time every_time every_call each_call each_invocation every_invocation
    from_now_on from_here_on henceforth once_per as_a_first_step prerequisite precondition preliminary after_every after_each
    on_each on_every upon_loading bevor vor zuvor zuerst vorher avant d'abord prealable antes primero 之前 先 首先 每次 prima antes
    前に まず перед сначала прежде 전에 먼저
    voordat eerst przed najpierw innan forst once_oku`,
  also: `also additionally too in_addition as_well besides alongside furthermore ausserdem zusatzlich auch egalement aussi
    tambien ademas 同时 还 另外 并且 anche inoltre tambem また также 또한`,
  assistant: `you your assistant model agent agents ai llm claude gpt chatgpt copilot gemini du dein tu vous votre 你 您 助手 模型 ты вы`,
  weakSecret: `api_key api_keys apikey password* passwort* credential* token tokens secret secrets environment_variable* os.environ process.env printenv
    env_var* env_vars env cookie* access_key access_keys passphrase* login_data umgebungsvariable* zugangsdaten
    variables_d'environnement mot_de_passe mots_de_passe variables_de_entorno contrasena* credencial* 环境变量 密码 密钥 凭证 凭据 令牌
    variaveis_de_ambiente senha* variabili_d'ambiente credenziali 環境変数 パスワード переменные_окружения пароль пароли ключи
    wachtwoord* haslo hasla losenord* sifre*`,
  strongSecret: `ssh_key ssh_keys private_key private_keys ssh_private_key ssh_directory ssh_folder seed_phrase
    recovery_phrase mnemonic browser_cookie browser_cookies cookie_store cookie_jar shell_history bash_history
    env_file dotenv_file environment_file aws_credentials kube_config kubeconfig password_database password_store
    saved_passwords id_rsa id_dsa id_ecdsa id_ed25519 mcp_config ssh-schlussel privater_schlussel cle_privee cles_ssh clave_privada
    claves_ssh 私钥 chiave_privata chave_privada 秘密鍵 закрытый_ключ`,
  content: `content contents text value values data output body material inhalt contenu contenido 内容 contenuto conteudo 中身 содержимое 내용
    inhoud zawartosc innehall icerigi 내용*`,
  slot: `parameter parameters param argument arguments field input property parametre champ campo parametro feld 参数 字段 参数中 引数
    パラメータ поле параметр 매개변수 sidecar
    veld pole pola falt alan 매개변수*`,
  everything: `all any every each entire whole full complete everything whatever ganze alle jede* toute* chaque todo todos toda todas cada
    所有 全部 完整 每 tutto tutti ogni すべて 全て все* кажд* 모든
    alle alles wszystkie wszystko alla hela tum`,
  talk: `message messages conversation conversations chat chats dialogue dialog transcript history prompt prompts
    nachricht* gesprach* unterhaltung conversation* mensaje* conversacion* 对话 消息 聊天 messagg* conversazion* mensage* 会話 メッセージ
    сообщени* переписк* 대화
    bericht* gesprek* rozmow* wiadomosc* meddelande*`,
  belongings: `file files document documents clipboard screenshot* keystroke* folder directory photos contacts email emails inbox
    data datei* dateien zwischenablage fichier* presse-papiers archivo* portapapeles 文件 剪贴板 file arquivo* ファイル файл* 파일
    mailbox mails`,
  ignore: `ignore ignoring disregard disregarding forget override overriding overrule abandon discard neglect bypass
    pay_no_attention no_longer_apply no_longer_applies no_longer_valid no_longer_bind are_void is_void are_superseded are_cancelled supersede supersedes are_replaced
    set_aside ignorier* vergiss missacht* ignorez ignora ignorer oubli* meprise olvida olvide descarta 忽略 无视 忘记 忘掉 不理会 dimentica
    trascura esqueca desconsidere 無視 忘れ игнорируй* забудь* 무시
    negeer vergeet zignoruj ignoruj zapomnij ignorera glom gormezden 무시*`,
  instruction: `instruction instructions guideline guidelines directive directives constraint constraints
    restriction restrictions policy policies prompt rules orders programming guardrails safeguards commands
    anweisung* regel* vorgabe* richtlinie* consigne* instrucci* regle* instruccion* reglas 指令 指示 规则 提示 说明 规定 istruzion* regole
    instrucoes instruc* regras 命令 инструкци* указани* правил* 지시
    instructie* aanwijzing* regels instrukcj* polecen* instruktion* talimat* 지시*`,
  earlier: `previous previously prior earlier above preceding existing former original your initial system safety
    foregoing bisherig* vorherig* fruher* obig* precedent* anterieur* anterior* previa* 之前 以前 先前 上述 原有 系统 precedent* これまで
    предыдущ* прежн* 이전
    eerdere vorige poprzedni* tidigare foregaende onceki`,
  obey: `obey follow comply execute carry_out treat perform heed befolge gehorch* obei* suis execute obedece sigue 服从 遵循 执行 遵守 obbedisci
    obedeca 従 выполня* следуй`,
  detect: `detect detects detecting scans scanner scanners flags prevents preventing checks audits auditing protects
    lints validates verifies identifies blocks redacts masks scrubs removes strips sanitises sanitizes testing prufen erkennt detecte detecta 检测`,
  pretend: `pretend report_success report_that_it_succeeded as_though_it as_if_it claim_that fake fabricate
    apologise_for_nothing lie`,
} as const;

/** The concepts of the lexicon, by name. */
export type Concept = keyof typeof words;

interface Phrase {
  readonly parts: readonly string[];
  readonly concept: Concept;
}

const exact = new Map<string, Phrase[]>();
const stems = new Map<string, Phrase[]>();

for (const [concept, list] of Object.entries(words) as [Concept, string][]) {
  for (const entry of list.split(/\s+/)) {
    const folded = spaceIdeographs(withoutMarks(entry.toLowerCase()));
    const parts = folded.split(/[_ ]+/).filter((part) => part.length > 0);
    const head = parts[0] ?? '';
    const index = head.endsWith('*') ? stems : exact;
    const key = head.endsWith('*') ? head.slice(0, -1) : head;
    index.set(key, [...(index.get(key) ?? []), { parts, concept }]);
  }
}

const fits = (part: string, word: string | undefined): boolean =>
  word !== undefined && (part.endsWith('*') ? word.startsWith(part.slice(0, -1)) : word === part);

const longestStem = 12;

/** Calls `take` with every concept that starts at a word, and how many words its phrase covers. */
export function conceptsAt(
  all: readonly string[],
  at: number,
  take: (concept: Concept, length: number) => void,
): void {
  const word = all[at] ?? '';
  const match = (phrases: readonly Phrase[] | undefined) => {
    for (const { parts, concept } of phrases ?? []) {
      if (parts.every((part, step) => fits(part, all[at + step]))) take(concept, parts.length);
    }
  };
  match(exact.get(word));
  for (let length = 2; length <= Math.min(longestStem, word.length); length += 1) {
    match(stems.get(word.slice(0, length)));
  }
}
