/**
 * The commonest words of the languages that are read: articles, prepositions, pronouns, conjunctions and the like, in
 * lower case, by how often they stand in ordinary text. They are short on purpose: what they leave out is never missed.
 *
 * @typedef {"en" | "de" | "fr" | "es" | "it" | "pt"} Language
 */

/** @type {Readonly<Record<Language, string>>} */
export const LANGUAGES = {
  en: "English",
  fr: "French",
  de: "German",
  it: "Italian",
  pt: "Portuguese",
  es: "Spanish",
};

/** @type {Readonly<Record<Language, ReadonlySet<string>>>} */
const WORDS = {
  en: list(`the of and to a in is it that was for on with as his he be at by i this had not are but from or have an
    they which one you were all her she there would their we him been has when who will no more if out so up said what
    its about than into them can only other time some could these two may then do any my now such like our over me
    even most after also did many must before where your how those because us upon shall am should very much`),
  de: list(`der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat
    dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr
    durch man sein wurde wenn ich wir ihr du mich mir dich dir uns ihm ihn ihnen ihre ihrer seine seiner mein kein keine
    da doch schon hier dann was wer wo kann hatte waren diese dieser dieses unter gegen vom ins beim`),
  fr: list(`de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son sa
    ses aux d l s n c j m t qu on nous vous ils elle elles je tu me te lui leur leurs mais comme tout si être été fait
    cette ces cet même y où dont sans sous entre peut très bien ont avait était mon ma mes ton notre votre d'un d'une
    c'est n'est qu'il l'on j'ai`),
  es: list(`de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin
    sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué solo
    han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada e vida otro te tu
    les sí nada esto ella`),
  it: list(`di e il la che in a un per è del non le si una i da con come al della dei nel più sono gli ha alla lo delle
    ma su anche o se nella dal ai io mi ci ne questo questa suo sua l d un' dell all quando era essere stato ho chi
    cui tutto tra poi così solo due loro già fu aveva noi lui lei me ti te dove molto fra perché nelle sul sulla degli
    dalla c'è l'ha`),
  pt: list(`de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu
    sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus
    quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa pelos elas havia seja qual
    será nós lhe`),
};

/** @param {string} words */
function list(words) {
  return new Set(words.split(/\s+/));
}

/** Below this share of a text, its commonest words tell nothing about its language. */
const LEAST_SHARE = 0.12;

/**
 * Whether a word is one of the commonest.
 *
 * @param {string} word In lower case, as counted.
 * @param {Language} language
 */
export function isCommon(word, language) {
  return WORDS[language].has(word);
}

/**
 * The language that a text's words point to; null if they point nowhere.
 *
 * @param {readonly {word: string, count: number}[]} words
 * @returns {Language | null}
 */
export function guess(words) {
  const total = words.reduce((sum, { count }) => sum + count, 0);
  /** @type {Language | null} */
  let best = null;
  let most = total * LEAST_SHARE;
  for (const language of /** @type {Language[]} */ (Object.keys(LANGUAGES))) {
    const share = words.reduce((sum, { word, count }) => (isCommon(word, language) ? sum + count : sum), 0);
    if (share > most) [best, most] = [language, share];
  }
  return best;
}
