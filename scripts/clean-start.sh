#!/usr/bin/env bash
# The first steps of a new user in a fresh clone: `npm ci && npm start`, then a chat with curl. Then kills the server with
# SIGKILL and restarts it: every acknowledged message must be stored. With `--installed`, the caller has just run `npm ci`
# in the repository, and node_modules is copied from there.
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
log=$work/server.log
server=
passed=0

stop_server() { # the whole process group that this script started: npm, its shell and node
  [ -n "$server" ] || return 0
  kill -9 -- "-$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT

fail() {
  echo "clean-start: $*" >&2
  [ ! -s "$log" ] || { echo '--- server log:' >&2; tail -n 30 "$log" >&2; }
  exit 1
}

free_port() { node -e "const s = require('net').createServer().listen(0, () => { console.log(s.address().port); s.close(); })"; }

start_server() { # without configuration variables, as for a new user
  : >"$log"
  setsid env -u NODE_ENV -u DATABASE_URL -u JWT_SECRET -u JWT_KEYS -u ROOMS -u HOST -u LOG_LEVEL \
    PORT="$port" DATA_DIR="$work/data" npm start >"$log" 2>&1 &
  server=$!
  for _ in $(seq 1 300); do
    kill -0 "$server" 2>/dev/null || fail 'npm start exited'
    curl -fsS -o /dev/null --max-time 2 "$base/health" 2>/dev/null && return 0
    sleep 0.2
  done
  fail 'the server did not answer within a minute'
}

token=
answer=
call() { # arguments: expected status, method, path, body; stores the response body in $answer
  local expected=$1 method=$2 path=$3 body=${4:-} status
  local arguments=(-sS --max-time 10 -o "$work/answer" -w '%{http_code}' -X "$method" "$base$path")
  [ -z "$token" ] || arguments+=(-H "Authorization: Bearer $token")
  [ -z "$body" ] || arguments+=(-H 'Content-Type: application/json' -d "$body")
  status=$(curl "${arguments[@]}") || fail "$method $path: no response"
  answer=$(cat "$work/answer")
  [ "$status" = "$expected" ] || fail "$method $path answered $status, not $expected: $answer"
}

get() { node -p "const a = $answer; $1"; }

holds() { # each argument is a JavaScript condition on the response, a
  local condition
  for condition in "$@"; do
    node -e '
      const [answer, condition] = process.argv.slice(1);
      const keys = (value) => Object.keys(value).sort().join(" ");
      const uuid = (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
      const time = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
      const result = new Function("a", "keys", "uuid", "time", `return ${condition}`)(JSON.parse(answer), keys, uuid, time);
      if (result !== true) process.exit(1);
    ' "$answer" "$condition" 2>/dev/null || fail "condition failed: $condition
in the response $answer"
    passed=$((passed + 1))
  done
}

USER_KEYS='about avatarUrl createdAt deleted displayName id username'
MESSAGE_KEYS='conversationId createdAt deletedAt editedAt id kind mentions metadata reactions replyTo rev sender seq text'
CONVERSATION_KEYS='createdAt createdBy id lastMessage lastSeq me memberCount peer rev title topic type updatedAt'
ME_KEYS='archived deliveredSeq joinedAt mutedUntil pinned readSeq role unreadCount'

if [ -n "$(git -C "$repository" status --porcelain)" ]; then
  echo 'clean-start: uncommitted changes are ignored; testing the last commit'
fi
git clone --quiet "$repository" "$work/gochat"
cd "$work/gochat"
if [ "${1:-}" = --installed ]; then
  cmp -s "$repository/package-lock.json" package-lock.json || fail 'package-lock.json has uncommitted changes'
  for modules in node_modules client/node_modules web/node_modules; do
    [ ! -d "$repository/$modules" ] || cp -a "$repository/$modules" "$modules"
  done
else
  npm ci --no-audit --no-fund --loglevel=error >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; fail 'npm ci failed'; }
fi

port=$(free_port)
base=http://localhost:$port/api/v1
start_server
for address in "/api/v1" "/api/v1/docs" "/api/v1/ws"; do
  grep -qF "$address" "$log" || fail "the startup log does not list $address"
done
call 200 GET /health
holds "a.status === 'ok'" "keys(a) === 'details error info status'"

call 201 POST /auth/register '{"username":"ada","password":"correct horse battery","displayName":"Ada"}'
holds "keys(a) === 'accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt session user'" \
  "a.user.username === 'ada' && a.user.displayName === 'Ada' && a.user.deleted === false" \
  "'$USER_KEYS'.split(' ').every((key) => key in a.user)" \
  "keys(a.session) === 'createdAt deviceName id lastSeenAt platform'" \
  'uuid(a.user.id) && uuid(a.session.id)' \
  'time(a.user.createdAt) && time(a.accessTokenExpiresAt) && time(a.refreshTokenExpiresAt)' \
  "a.accessToken.split('.').length === 3 && a.refreshToken.length >= 43"
ada=$(get a.accessToken) ada_id=$(get a.user.id)

call 201 POST /auth/register '{"username":"grace","password":"nanoseconds are long","displayName":"Grace"}'
grace=$(get a.accessToken) grace_id=$(get a.user.id)
call 409 POST /auth/register '{"username":"ada","password":"somebody else entirely"}'
holds "a.code === 'username_taken' && a.status === 409" "['type', 'title', 'detail', 'requestId'].every((key) => key in a)"

token=$ada
call 201 POST /conversations "{\"type\":\"group\",\"title\":\"Compilers\",\"memberIds\":[\"$grace_id\"]}"
holds "keys(a) === '$CONVERSATION_KEYS'" "keys(a.me) === '$ME_KEYS'" \
  "uuid(a.id) && a.type === 'group' && a.title === 'Compilers' && a.createdBy === '$ada_id'" \
  "a.lastSeq === 0 && a.rev === 1 && a.memberCount === 2 && a.lastMessage === null && a.peer === null" \
  "a.me.role === 'owner' && a.me.unreadCount === 0"
group=$(get a.id)

message_id=$(node -p 'crypto.randomUUID()')
sending="{\"id\":\"$message_id\",\"conversationId\":\"$group\",\"text\":\"Hello Grace \\ud83d\\udc4b\"}"
call 201 POST /messages "$sending"
holds "keys(a) === '$MESSAGE_KEYS'" "keys(a.sender) === 'avatarUrl displayName id username'" \
  "a.id === '$message_id' && a.conversationId === '$group' && a.kind === 'text'" \
  "a.seq === 1 && a.rev === 2 && a.text === 'Hello Grace \\u{1f44b}'" \
  "a.sender.id === '$ada_id' && a.sender.username === 'ada'" \
  'a.replyTo === null && a.metadata === null && a.editedAt === null && a.deletedAt === null' \
  'a.mentions.length === 0 && a.reactions.length === 0 && time(a.createdAt)'
call 200 POST /messages "$sending"
holds "a.id === '$message_id' && a.seq === 1 && a.rev === 2"

token=$grace
call 201 POST /messages "{\"conversationId\":\"$group\",\"text\":\"Hello Ada\"}"
holds "a.seq === 2 && a.rev === 3 && a.sender.username === 'grace' && uuid(a.id)"
call 200 GET "/messages?conversationId=$group"
holds "keys(a) === 'hasAfter hasBefore items'" 'a.hasBefore === false && a.hasAfter === false' \
  "a.items.map((m) => m.seq + ' ' + m.sender.username).join() === '1 ada,2 grace'" "keys(a.items[0]) === '$MESSAGE_KEYS'"
before=$answer
token=
call 401 GET "/messages?conversationId=$group"
holds "a.code === 'unauthenticated'"

stop_server
start_server
token=$grace
call 200 GET "/messages?conversationId=$group"
[ "$answer" = "$before" ] || fail "the history changed after kill -9: before $before, after $answer"
call 200 GET "/conversations/$group"
holds "a.lastSeq === 2 && a.rev === 3 && a.me.readSeq === 2"
token=
call 200 POST /auth/login '{"login":"ada","password":"correct horse battery"}'
holds "a.user.id === '$ada_id'"
token=$ada
call 201 POST /messages "{\"conversationId\":\"$group\",\"text\":\"Still here\"}"
holds 'a.seq === 3 && a.rev === 4'

# The commands of the README, on a server without data.
stop_server
rm -rf "$work/data"
start_server
block() { # the code block after a marker in the README, with the port of this server
  awk -v marker="<!-- clean-start:$1 -->" '$0 == marker {found = 1} found && /^```/ {if (inside) exit; inside = 1; next} inside' README.md |
    sed "s/localhost:3000/localhost:$port/"
}
answer=$(block curl | bash -e | tail -n 1) || fail 'the curl commands of the README failed'
holds "a.items.length === 1 && a.items[0].text === 'Hello, Bob' && a.items[0].sender.username === 'ada'"
block client >hello.mjs
node hello.mjs >"$work/hello.log" 2>&1 &
client=$!
for _ in $(seq 1 50); do grep -qs '^ada: Hello, everybody$' "$work/hello.log" && break; sleep 0.2; done
kill "$client" 2>/dev/null || true
grep -q '^ada: Hello, everybody$' "$work/hello.log" || fail "the client of the README printed: $(cat "$work/hello.log")"
echo "clean-start: $passed conditions hold, the README examples work, and acknowledged messages survived kill -9"
