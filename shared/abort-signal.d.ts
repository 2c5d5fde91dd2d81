/** The part of the platform's AbortSignal the contracts name: shared compiles with neither DOM nor Node types. */
interface AbortSignal {
  readonly aborted: boolean;
}
