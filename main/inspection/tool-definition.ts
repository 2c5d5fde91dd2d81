import type { Finding } from '../../shared/finding.ts';
import { authority } from './authority.ts';
import { commandInstruction, commandLine, dataInImage } from './command-instruction.ts';
import { concealment } from './concealment.ts';
import { contextParameter, credentialRequest } from './credential-request.ts';
import { deferredBehaviour } from './deferred-behaviour.ts';
import { type InspectedDefinition, readDefinition } from './definition-text.ts';
import { type Detector, finding, runDetectors } from './detector.ts';
import { exfiltration } from './exfiltration.ts';
import { hiddenUnicode } from './hidden-unicode.ts';
import { instructionOverride } from './instruction-override.ts';
import { lookAlike } from './look-alike.ts';
import { pseudoTag } from './pseudo-tag.ts';
import { toolShadowing } from './tool-shadowing.ts';

const hidden: Detector<InspectedDefinition> = {
  code: 'hidden-unicode',
  inspect: (definition) => definition.texts.flatMap((text) => hiddenUnicode(text.raw, text.place)),
};

const tooLarge: Detector<InspectedDefinition> = {
  code: 'definition-too-large',
  inspect: ({ cut }) =>
    cut
      ? [
          finding(
            'definition-too-large',
            'high',
            'definition',
            'The definition is larger or deeper than can be inspected, so part of it is unseen.',
            'MCP03',
          ),
        ]
      : [],
};

const detectors: readonly Detector<InspectedDefinition>[] = [
  tooLarge,
  hidden,
  lookAlike,
  pseudoTag,
  concealment,
  instructionOverride,
  authority,
  credentialRequest,
  contextParameter,
  exfiltration,
  toolShadowing,
  deferredBehaviour,
  commandLine,
  commandInstruction,
  dataInImage,
];

const reading: Detector<unknown> = {
  code: 'definition',
  inspect: (definition) => runDetectors(detectors, readDefinition(definition)),
};

/**
 * Inspects a whole tool definition as the server sent it (parsed JSON, any shape): name, title, description, every
 * string and key of the schemas and annotations, unknown members too. A `high` finding means quarantine. Never
 * throws: what cannot be inspected is itself a high finding (`inspection-failed`, `definition-too-large`).
 */
export const inspectDefinition = (definition: unknown): readonly Finding[] =>
  runDetectors([reading], definition);
