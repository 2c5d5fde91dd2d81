import { describe, expect, test } from 'vitest';
import { aclArguments, aclLooseness } from '../../../main/managed/windows-acl.ts';

const installer = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';

describe('an access list of Windows', () => {
  test.each([
    ['administrators and readers', 'O:BAG:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;BU)'],
    ['the installer as owner', `O:${installer}G:SYD:(A;;FA;;;${installer})(A;;0x1200a9;;;WD)`],
    ['a right that is only inherited', 'O:SYG:SYD:AI(A;OICIIO;GA;;;CO)(A;;FA;;;SY)'],
    ['a denial', 'O:SYG:SYD:(D;;FA;;;BU)(A;;FA;;;SY)'],
  ])('is fine with %s', (_, sddl) => {
    expect(aclLooseness(sddl, 'file')).toBeUndefined();
  });

  test.each([
    ['full access for users', 'O:BAG:BAD:(A;;FA;;;BU)'],
    ['a mask that writes', 'O:BAG:BAD:(A;;0x1301bf;;;AU)'],
    ['deleting', 'O:BAG:BAD:(A;;SDRC;;;BU)'],
    ['changing who may', 'O:BAG:BAD:(A;;WD;;;S-1-5-21-1-2-3-1001)'],
    ['a conditional entry', 'O:BAG:BAD:(XA;;FA;;;BU;(x == 1))'],
    ['a user as owner', 'O:S-1-5-21-1-2-3-1001G:BAD:(A;;FA;;;SY)'],
    ['no list', 'O:BAG:BA'],
    ['an empty list that lets nobody in but says so', 'O:BAG:BAD:'],
    ['nothing', ''],
  ])('is not fine with %s', (_, sddl) => {
    expect(aclLooseness(sddl, 'file')).toBeDefined();
  });

  test('lets users add to a folder, as all below ProgramData do, but not replace', () => {
    const folder = (rights: string) => `O:BAG:SYD:AI(A;ID;FA;;;SY)(A;CIID;${rights};;;BU)`;
    expect(aclLooseness(folder('DCLCRPCR'), 'folder')).toBeUndefined();
    expect(aclLooseness(folder('DCLCRPCR'), 'file')).toBeDefined();
    expect(aclLooseness(folder('DCLCRPCRDT'), 'folder')).toBeDefined();
    expect(aclLooseness(folder('0x116'), 'folder')).toBeUndefined();
    expect(aclLooseness(folder('0x1301bf'), 'folder')).toBeDefined();
  });

  test('is asked for by path, with quotes that a path cannot leave', () => {
    expect(aclArguments(["C:\\it's"]).at(-1)).toContain("'C:\\it''s'");
  });
});
