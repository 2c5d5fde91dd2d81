# A server that is hard to stop: `sh flooding-server.sh <folder> <name> <burst file>`. It hears neither SIGTERM nor the
# end of its input, writes down every line it receives, and leaves a daemon in a session of its own that tells the
# client whatever is added to the burst file. Each of its two processes adds its pid to <folder>/<name>.pids.
trap '' TERM
log=$1/$2.log
pids=$1/$2.pids
burst=$3
answer() {
  read -r line
  echo "$line" >>"$log"
  echo "{\"jsonrpc\":\"2.0\",\"id\":$1,\"result\":$2}"
}
answer 1 '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"flood","version":"1"}}'
answer 2 '{"tools":[{"name":"get_nothing","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}]}'
setsid sh -c 'echo $$ >>"$1"; exec tail -n +1 -f "$2"' flood "$pids" "$burst" </dev/null 2>&1 &
echo $$ >>"$pids"
while read -r line; do echo "$line" >>"$log"; done
while :; do sleep 60; done
