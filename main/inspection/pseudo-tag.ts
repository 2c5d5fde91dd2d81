import type { Finding } from '../../shared/finding.ts';
import type { InspectedDefinition, InspectedText } from './definition-text.ts';
import { type Detector, finding } from './detector.ts';
import { longestText } from './normalise.ts';

/** Tokens of chat templates: nothing but an attempt to forge a turn of the conversation. */
const chatToken =
  /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:human|assistant)_turn>|<start_of_turn>/i;

/** Tags that claim an authority or a secrecy no description has. */
const forgedTag =
  /<\/?(?:hidden|secret|secrets|system|sys|system[-_ ](?:prompt|message|override|instructions?)|admin|override|assistant[-_ ]only|invisible|internal[-_ ]instructions?|ai[-_ ]instructions?|llm[-_ ]instructions?)(?:\s[^>]{0,80})?>/i;

/** Headings that do the same without angle brackets. */
const forgedHeading =
  /\[(?:hidden|secret|system(?: (?:prompt|message|override|instructions?))?|assistant (?:instructions?|only)|ai (?:instructions?|only)|override)[\]:]|(?:^|[\s#*>=_{[-])(?:new |updated )?system (?:override|message|directive|notice|instructions?)\b[\s:#*\]}=-]{1,8}|\{\{\s{0,4}system\s{0,4}[:|]|\b(?:hidden|secret) (?:directive|instructions?|command|order)s?\s{0,4}:|\b(?:for|to) (?:the )?(?:ai|llm|language model|model|assistant|agent)s? only\b|\[(?:system|assistant|developer)\]\(#|\b(?:system|operator|administrator) (?:note|instruction|directive|override)s?\s{0,4}:/i;

/** Shouting that honest descriptions use as well: it only asks for a look. */
export const urgentTag =
  /<\/?(?:important|critical|urgent|mandatory|instructions?|must[-_]read|attention|note[-_]to[-_](?:ai|assistant|llm|model))(?:\s[^>]{0,80})?>|<!--/i;

/** A template or an XML tool shows such tags as its subject. */
const subject = /template|markup|xml|html|example input|sections|delimiter|chat format/i;

/** "SYSTEM: you must…": a line that speaks as the system to somebody. */
const systemLine =
  /(?:^|[\n.!?>\]]\s{0,4})(?:system|developer|administrator)\s{0,2}:\s{0,4}(?:you|your|the (?:user|assistant|model|ai)|assistant|obey|grant|ignore|disregard|override|forget|enable|disable|from now|always|never|must|do not|allow|new|execute|run|send|read)\b/i;

const look = (text: InspectedText): Finding | undefined => {
  if (text.role !== 'text' || !/[<[{#:]/.test(text.raw)) return undefined;
  const plain = text.raw.slice(0, longestText).normalize('NFKC');
  const sure =
    chatToken.exec(plain) ??
    forgedTag.exec(plain) ??
    forgedHeading.exec(plain) ??
    systemLine.exec(plain);
  const seen = sure ?? urgentTag.exec(plain);
  if (seen === null) return undefined;
  const shown = seen[0].trim().slice(0, 60).replaceAll('"', "'");
  if (sure === null || subject.test(text.raw)) {
    const message = `The text sets part of itself apart with a tag that models read as a command: "${shown}".`;
    return finding('pseudo-tag', 'medium', text.place, message, 'MCP03');
  }
  const message = `The text pretends to be a message of the system or a hidden one: "${shown}".`;
  return finding('pseudo-tag', 'high', text.place, message, 'MCP03');
};

/** Finds forged system messages and hidden sections. Code `pseudo-tag`. */
export const pseudoTag: Detector<InspectedDefinition> = {
  code: 'pseudo-tag',
  inspect: (definition) => definition.texts.flatMap((text) => look(text) ?? []),
};
