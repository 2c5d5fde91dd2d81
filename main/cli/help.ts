/** What `airlock --help` prints. */
export const help = `airlock: govern what AI agents do through MCP servers

  scan                            list clients, their servers and how each is routed
  protect [--client ID] [--dry-run]
                                  route the servers of client configs through Airlock
  restore [--client ID] [--yes]   give the configs back (while the app is not running)
  status                          what is protected, what waits, what is stopped
  kill [--client ID | --server ID] [--reason TEXT]
                                  the kill switch; only a person in the app lifts it
  doctor [--strict]               look for what stands in the way, and say what to do
  inventory                       every server, who uses it, and what runs in no config
  inventory export [--format json|csv|cyclonedx] [--output FILE]
                                  the same as a document
  audit verify [FILE]             check the chain of the trail, or of an exported file
  audit export [--format ndjson|csv]
                                  stream the entries to standard output
  collect [--port N] [--dir DIR]  a small local OTLP receiver that verifies chains
  policy COMMAND ...              write, try and sign a policy (airlock policy --help)
  run [--policy FILE] -- COMMAND ...
                                  the governed relay on its own stdio; what asks is denied

  --workspace DIR  scan, inventory, protect, restore: also the configs of this project folder (may be repeated)
  --json        one JSON document         --home DIR    look at another home folder
  AIRLOCK_DATA  names the data folder     exit codes    0 done, 1 a negative answer, 2 bad input
`;
