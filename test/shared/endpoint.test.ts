import { describe, expect, test } from 'vitest';
import { bridgeEndpoint, type EndpointPlace } from '../../shared/endpoint.ts';

const linux: EndpointPlace = {
  platform: 'linux',
  home: '/home/ada',
  tmp: '/tmp',
  uid: 1000,
  hash: '0a1b2c3d',
};

describe('the meeting place of bridge and app', () => {
  test('lies in the home folder on Linux', () => {
    expect(bridgeEndpoint(linux)).toEqual({
      socket: '/home/ada/.airlock/run/bridge.sock',
      socketFolder: '/home/ada/.airlock/run',
      tokenFile: '/home/ada/.airlock/run/token',
      launchFile: '/home/ada/.airlock/launch.json',
      bridgeFile: '/home/ada/.airlock/bin/airlock-bridge',
    });
  });

  test('is the same on macOS', () => {
    const mac = bridgeEndpoint({ ...linux, platform: 'darwin', home: '/Users/ada' });
    expect(mac.socket).toBe('/Users/ada/.airlock/run/bridge.sock');
    expect(mac.bridgeFile).toBe('/Users/ada/.airlock/bin/airlock-bridge');
  });

  test('is a named pipe on Windows, with the files below the profile', () => {
    expect(bridgeEndpoint({ ...linux, platform: 'win32', home: 'C:\\Users\\Ada' })).toEqual({
      socket: '\\\\.\\pipe\\airlock-0a1b2c3d',
      socketFolder: undefined,
      tokenFile: 'C:\\Users\\Ada\\.airlock\\run\\token',
      launchFile: 'C:\\Users\\Ada\\.airlock\\launch.json',
      bridgeFile: 'C:\\Users\\Ada\\.airlock\\bin\\airlock-bridge.cmd',
    });
  });

  test('names the packaged bridge as Windows starts it', () => {
    const file = (platform: EndpointPlace['platform']) =>
      bridgeEndpoint({ ...linux, platform, home: '/h', packaged: true }).bridgeFile;
    expect(file('win32')).toBe('/h\\.airlock\\bin\\airlock-bridge.exe');
    expect(file('linux')).toBe('/h/.airlock/bin/airlock-bridge');
  });

  test('moves the socket alone below tmp where the home is too deep for a socket path', () => {
    const rest = '/.airlock/run/bridge.sock'.length;
    const at = (homeBytes: number) =>
      bridgeEndpoint({ ...linux, home: `/${'h'.repeat(homeBytes - 1)}` });
    expect(at(100 - rest).socket).toHaveLength(100);
    const far = at(101 - rest);
    expect(far.socket).toBe('/tmp/airlock-1000-0a1b2c3d/bridge.sock');
    expect(far.socketFolder).toBe('/tmp/airlock-1000-0a1b2c3d');
    expect(far.tokenFile).toMatch(/^\/h+\/\.airlock\/run\/token$/);
  });

  test('counts bytes, not characters', () => {
    const home = `/${'é'.repeat(40)}`;
    expect(bridgeEndpoint({ ...linux, home }).socketFolder).toBe('/tmp/airlock-1000-0a1b2c3d');
  });

  test('does not care about a slash at the end', () => {
    expect(bridgeEndpoint({ ...linux, home: '/home/ada/' })).toEqual(bridgeEndpoint(linux));
    expect(bridgeEndpoint({ ...linux, home: '/' }).launchFile).toBe('/.airlock/launch.json');
  });
});
