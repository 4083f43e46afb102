# What the recordings' scripts take for granted: step, k = kubectl in the namespace, m = a manifest, quiet N [MAX] = wait
# until nothing but leases was written for N seconds. Time is the world's: the harness at the other end of the socket
# answers when it has passed.
exec 3<>"/dev/tcp/127.0.0.1/$HARNESS" 2>&1
ask() { local answer; echo "$*" >&3; read -r answer <&3; echo "$answer"; }
now() { ask now; }
# No command waits for more than what the recorded ones waited for, even when what it waits for never comes.
kubectl() { timeout 100 kubectl "$@"; }
number=0
step() {
  number=$((number + 1)); local n; n=$(printf %02d $number)
  printf '%s\t%s\t%s\n' "$(now)" "$n" "$*" >>"$D/steps.tsv"
  printf '\n### step %s: %s\n' "$n" "$*"
}
k() {
  local code=0
  echo "\$ kubectl $*"
  kubectl -n "$NS" "$@" || code=$?
  [ $code = 0 ] || echo "(exit code $code)"
}
m() { cat >"$D/$1.yaml"; }
quiet() { local answer; answer=$(ask quiet "$1" "${2:-60}"); [ "$answer" = quiet ] || echo "(not quiet after ${2:-60}s)"; }
sleep() { ask sleep "$1" >/dev/null; }
# What 13-invalid keeps beside its transcript.
size() { echo 0; }
jq() { cat >/dev/null; }
tail() { :; }
cd "$D"
step "create namespace"
kubectl create namespace "$NS"
quiet 3
