/**
 * What both web apps share and no framework owns: formatters, the translator, sentences for
 * refusals, the brand's colours, and the card fields of payment providers. `tokens.css` beside it holds the design tokens.
 */
export { CardRefused, showCardFields, type CardFields, type CardStep } from "./card-fields";
export { brandColours, contrast, type BrandColours } from "./colour";
export { folded } from "./folded";
export { formatMoney, formatAmount, formatSignedMoney } from "./money";
export { pausesAt, unsold, type PauseLike, type Pauses, type Unsold } from "./pauses";
export { displayPhone, mobileE164 } from "./phone";
export { reasonSentence, reasons, type Reason, type Refusal } from "./reasons";
export {
  businessDay,
  dayName,
  formatBusinessDay,
  formatDate,
  formatDateTime,
  formatDayTime,
  formatTime,
  formatTimeOfDay,
  instantOf,
  minutesBetween,
  wallOf,
} from "./time";
export { createTranslator, type Locale, type Text, type Texts, type Translate, type Translator } from "./translator";
