import { fail, ok, type Result } from '../../shared/outcome.ts';

/** A command that shows a URL in the system's browser; never run through a shell. */
interface BrowserCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Windows hands a URL to the browser on a command line, and longer ones are cut there (ShellExecute, 2,083). */
const longestOnWindows = 2083;

/**
 * How each system shows a URL in the person's usual browser. For processes without Electron; inside it,
 * `shell.openExternal` does the same. `systemRoot` is the Windows variable of that name. Only http(s) passes, so that
 * no other program can be started by a link.
 */
export function browserCommand(
  text: string,
  platform: NodeJS.Platform,
  systemRoot = 'C:\\Windows',
): Result<BrowserCommand> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return fail('browser-failed', 'Only web addresses can be opened in the browser.');
  }
  switch (platform) {
    case 'darwin':
      return ok({ command: '/usr/bin/open', args: [url.href] });
    case 'win32':
      if (url.href.length > longestOnWindows) {
        return fail(
          'browser-failed',
          'The address of this sign-in is too long for Windows to open. Tell IT.',
        );
      }
      // Not `cmd /c start`: the shell would read the & between parameters as the end of the command.
      return ok({
        command: `${systemRoot}\\System32\\rundll32.exe`,
        args: ['url.dll,FileProtocolHandler', url.href],
      });
    default:
      return ok({ command: 'xdg-open', args: [url.href] });
  }
}
