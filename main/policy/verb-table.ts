/** What a verb in a tool's name says it does. `soft` says nothing either way and leaves it to the annotations. */
export type VerbKind = 'read' | 'soft' | 'write' | 'send' | 'execute' | 'destroy';

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

const byKind: Readonly<Record<VerbKind, readonly string[]>> = {
  read: words(`
    get list read search find view show describe query lookup look count check inspect explain
    summarize summarise diff compare validate verify peek preview echo ping help analyze analyse
    calculate compute estimate measure sum retrieve fetch browse whoami ls cat head tail grep glob
    stat status info tree history logs log version details metadata scan lint poll think`),
  soft: words(`
    open use wait resolve take snapshot screenshot print convert generate format parse encode decode
    render transform translate hover highlight scroll resize focus switch review suggest plan track
    sequentialthinking`),
  write: words(`
    create write edit update set add insert put patch save modify append rename move copy mkdir touch
    assign unassign mark label tag close reopen enable disable lock unlock pin unpin star unstar fork
    subscribe unsubscribe watch configure register commit merge checkout import restore revert undo
    redo replace attach detach change toggle make upsert store remember draft complete accept approve
    reject join leave cancel archive unarchive clone init pause resume bump crop rotate zip unzip
    extract gzip compress download select uncheck`),
  send: words(`
    send post publish share email mail tweet message notify reply forward invite submit upload push
    broadcast comment dm sms transfer pay purchase buy order book webhook export emit click type press
    tap swipe drag fill navigate goto visit crawl scrape login signin respond announce release trade
    sell withdraw donate react http https curl wget request sync`),
  execute: words(`
    run execute exec eval evaluate invoke call shell bash zsh sh cmd command powershell pwsh terminal
    script spawn launch start stop restart reboot install deploy build compile test debug sudo ssh repl
    python interpreter trigger dispatch schedule automate provision apply kubectl`),
  destroy: words(`
    delete remove destroy drop erase wipe purge truncate clear reset kill terminate uninstall revoke
    unlink rm rmdir del prune empty overwrite discard nuke flush expire shutdown deprovision unpublish
    force`),
};

/** The kind of every verb that is known. */
export const verbKinds: ReadonlyMap<string, VerbKind> = new Map(
  (Object.keys(byKind) as VerbKind[]).flatMap((kind) =>
    byKind[kind].map((word): [string, VerbKind] => [word, kind]),
  ),
);

/**
 * Verbs that stand as nouns in many names (`list_commits`' cousin `commit_search`, `get_post`): beside another verb
 * they are taken for the thing, alone for the deed.
 */
export const nounLike: ReadonlySet<string> = new Set(
  words(`
    post email mail message comment order book release push share export request transfer log build
    commit merge test command shell script terminal trigger schedule draft label tag star fork pin
    watch reset clear empty drop force prune import archive copy store patch register sync webhook
    react status info tree history logs version details metadata sum review plan track
    http https`),
);

/** Verbs that nobody puts into the name of a harmless tool as a noun: they count wherever they stand. */
export const strongVerbs: ReadonlySet<string> = new Set(
  words(`
    delete remove destroy erase wipe purge truncate write overwrite execute exec eval kill uninstall
    shutdown terminate unlink rm`),
);

/** Nouns that name something to read where they end a name (`git_log`), and tell nothing where they begin it. */
export const readingNouns: ReadonlySet<string> = new Set(
  words('status info tree history log logs version details metadata sum'),
);

/** Things of which a mere look hands over the keys to something else. */
export const secretNouns: ReadonlySet<string> = new Set(
  words(`
    env environ secret secrets credential credentials password passwords passwd token
    tokens apikey apikeys keychain cookie cookies storagestate localstorage sessionstorage`),
);

/** Words that make a look a request to an address of the caller's choice. */
export const webNouns: ReadonlySet<string> = new Set(
  words('url urls web website webpage webpages http https html internet'),
);
