# A server that is hard to stop: `sh flooding-server.sh <folder> <name> <burst file>`. It hears neither SIGTERM nor the
# end of its input, writes down every line it receives, and leaves a daemon in a session of its own that tells the
# client whatever is added to the burst file. Each of its two processes adds its pid to <folder>/<name>.pids.
trap '' TERM
log=$1/$2.log
pids=$1/$2.pids
burst=$3
# Answers a request once it came: an answer that comes before its request belongs to nothing, and Airlock withholds it.
answer() {
  until case $line in *"\"method\":\"$1\""*) true ;; *) false ;; esac; do
    read -r line
    echo "$line" >>"$log"
  done
  echo "{\"jsonrpc\":\"2.0\",\"id\":$2,\"result\":$3}"
}
answer initialize 1 '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"flood","version":"1"}}'
answer tools/list 2 '{"tools":[{"name":"get_nothing","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}}]}'
# By looking, not by inotify, of which a user has 128 at once.
setsid sh -c 'echo $$ >>"$1"; exec tail ---disable-inotify -s 0.05 -n +1 -f "$2"' flood "$pids" "$burst" </dev/null 2>/dev/null &
echo $$ >>"$pids"
while read -r line; do echo "$line" >>"$log"; done
while :; do sleep 60; done
