// Runs inside a private D-Bus session with its own gnome-keyring; the test starts it and reads its one line of JSON.
import { execFileSync } from 'node:child_process';
import { makeBackupKey } from '../../../main/credentials/backup-key.ts';
import { makeConnectionSecrets } from '../../../main/credentials/connection-secrets.ts';
import { makeDeviceKey } from '../../../main/credentials/device-key.ts';
import { makeKeychain } from '../../../main/credentials/keychain.ts';

const suffix = process.argv[2] ?? 'test';
const keychain = makeKeychain({ suffix, timeoutMs: 4000 });
const other = makeKeychain({ suffix: `${suffix}-other`, timeoutMs: 4000 });
const secrets = makeConnectionSecrets(keychain);

const lock = () =>
  execFileSync(
    'gdbus',
    [
      'call',
      '--session',
      '--dest',
      'org.freedesktop.secrets',
      '--object-path',
      '/org/freedesktop/secrets',
      '--method',
      'org.freedesktop.Secret.Service.Lock',
      "['/org/freedesktop/secrets/collection/login']",
    ],
    { timeout: 5000 },
  );

const long = 'x'.repeat(20_000);
const seen: Record<string, unknown> = {};
seen.probe = await keychain.probe();
seen.absent = await keychain.get('nothing');
seen.stored = await secrets.store('con_1', { 'env.TOKEN': 'grüße "天" \u0000', long });
seen.loaded = await secrets.load('con_1');
seen.elsewhere = await other.get('connection/con_1');
const backup = await makeBackupKey(keychain)();
const backupAgain = await makeBackupKey(makeKeychain({ suffix }))();
seen.backupSame =
  backup.ok && backupAgain.ok && Buffer.from(backup.value).equals(Buffer.from(backupAgain.value));
const device = await makeDeviceKey(keychain)();
seen.device = device.ok ? device.value.asymmetricKeyType : device;
seen.removed = await secrets.remove('con_1');
seen.afterRemoval = await secrets.load('con_1');
lock();
seen.lockedGet = await keychain.get('backup-key');
seen.lockedSet = await makeKeychain({ suffix, timeoutMs: 4000 }).set('a', 'b');
process.stdout.write(`${JSON.stringify(seen)}\n`);
process.exit(0);
