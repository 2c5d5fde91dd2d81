/** The machine and the app that entries come from, as the centre is told. */
export interface Device {
  readonly host: string;
  /** The operating system's user name. */
  readonly user: string;
  /** Version of the app. */
  readonly version: string;
}
