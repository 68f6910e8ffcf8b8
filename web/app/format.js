/** Numbers, sizes, times and names as a person reads them. */

const NUMBER = new Intl.NumberFormat("en");
const ONE_DECIMAL = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const LONGEST_NAME = 60;
const END_OF_NAME = 20;

/** @param {number} value */
export function number(value) {
  return NUMBER.format(value);
}

/**
 * @param {number} count
 * @param {string} noun In the singular.
 */
export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1_000) return plural(bytes, "byte");
  if (bytes < 999_500) return `${number(Math.round(bytes / 1_000))} kB`;
  return `${ONE_DECIMAL.format(bytes / 1_000_000)} MB`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${ONE_DECIMAL.format(Math.max(0, seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Rounded down: nothing that is not certain reads as 100 %.
 *
 * @param {number} value A percentage.
 */
export function percent(value) {
  return `${ONE_DECIMAL.format(Math.floor(value * 10 + 1e-9) / 10)} %`;
}

/** @param {Date} date */
export function day(date) {
  return DAY.format(date);
}

/** @param {Date} date */
export function moment(date) {
  return MOMENT.format(date);
}

/**
 * When to come back: the time of day, and the day if it is another one.
 *
 * @param {Date} date
 * @param {Date} now
 */
export function when(date, now) {
  return DAY.format(date) === DAY.format(now) ? CLOCK.format(date) : `${CLOCK.format(date)} on ${DAY.format(date)}`;
}

/**
 * A file's name, fit to be shown in one line: without characters that act instead of being seen (such as marks that
 * turn the direction of writing), and shortened in its middle, because its end tells the kind of file.
 *
 * @param {string} name
 */
export function fileName(name) {
  const visible = name.normalize("NFC").replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd").trim();
  if (!visible) return "a picture without a name";
  const characters = [...visible];
  if (characters.length <= LONGEST_NAME) return visible;
  const start = characters.slice(0, LONGEST_NAME - END_OF_NAME - 1).join("").trimEnd();
  return `${start}…${characters.slice(-END_OF_NAME).join("").trimStart()}`;
}
