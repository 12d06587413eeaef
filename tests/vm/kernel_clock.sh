#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real kernel's clock under tactusd, in a QEMU guest with virtual time: stepped, slewed, disturbed by others, taken
# through a leap second, and left as it should be. The truth is CLOCK_MONOTONIC_RAW, which nobody can adjust: a server
# in a namespace serves it, and clk measures against it.
# Usage: kernel_clock.sh TACTUSD TCTL PLUGINS ESTIMATOR. Exit status 77: no QEMU here.
here=$(dirname "$0")

if [ "$1" != guest ]; then
  command -v qemu-system-x86_64 > /dev/null || { echo "SKIP: no qemu-system-x86_64"; exit 77; }
  [ -n "$TACTUS_VM" ] || { echo "SKIP: guests are started when TACTUS_VM is set (the first start downloads a kernel)"; exit 77; }
  exec "$here/lab/vm-run" --virtual-time --rtc 2026-12-31T21:00:00 --deb iproute2 -m veth \
    --put "$1:/usr/sbin/tactusd" --put "$2:/usr/bin/tctl" --put "$3:/plugins" --env ESTIMATOR="$4" \
    --cc "$here/lab/guest/clk.c" --cc "$here/lab/guest/ntptruth.c" --put "$0:/test/kernel_clock.sh" \
    "sh ./kernel_clock.sh guest"
fi

failed=0
within() { # NAME VALUE WANTED LIMIT
  if awk -v v="$2" -v w="$3" -v l="$4" 'BEGIN { d = v - w; exit !(v + 0 == v && d <= l && d >= -l) }'; then
    echo "ok      $1: $2 (wanted $3, limit $4)"
  else
    echo "FAILED  $1: $2 (wanted $3, limit $4)"
    failed=1
  fi
}
is() { # NAME VALUE WANTED
  if [ "$2" = "$3" ]; then echo "ok      $1: $2"; else echo "FAILED  $1: '$2', not '$3'"; failed=1; fi
}
said() { # NAME PATTERN
  if grep -q "$2" /tmp/log; then echo "ok      $1: $(grep "$2" /tmp/log | tail -1 | cut -d' ' -f2-)"
  else echo "FAILED  $1: the log has no '$2'"; failed=1; fi
}
field() { clk show | awk -v n="^$1" '$0 ~ n { print $2 }'; }
start() {
  cat > /etc/tactus.conf <<X
discipline $ESTIMATOR
plugindir /plugins
server 10.9.0.2 minpoll 2 maxpoll 2 iburst
driftfile /var/lib/drift
rtcsync
maxslewrate 20000
X
  cat >> /etc/tactus.conf
  tactusd -d -u root -f /etc/tactus.conf > /tmp/log 2>&1 &
  daemon=$!
}
stop() { kill "$daemon"; wait "$daemon"; is "exit status" $? 0; }

ip netns add server
ip link add near type veth peer name far netns server
ip addr add 10.9.0.1/24 dev near
ip -n server addr add 10.9.0.2/24 dev far
ip link set near up
ip -n server link set far up
mkdir -p /var/lib
mkdir -p -m 0770 /run/tactus
zero=$(clk diff raw)            # what is right from now on
ip netns exec server ntptruth raw &
truth=$!
sleep 1
off() { awk -v a="$(clk diff raw)" -v b="$zero" 'BEGIN { printf "%.6f", a - b }'; }

echo "--- stepped at the start, then slewed"
clk step 3
clk freq 80
start <<X
makestep 0.1 3
X
sleep 60
within "after makestep: clock minus truth" "$(off)" 0 0.0002
said "the step" "System clock was stepped by -3.0"
sleep 200
within "the frequency that was set before is compensated" "$(field freq_ppm)" 0 3
clk step 0.05
sleep 2
within "a small step is not stepped back" "$(off)" 0.05 0.03
sleep 120
within "but slewed away: clock minus truth" "$(off)" 0 0.0002
is "rtcsync: kernel state" "$(field state)" OK

echo "--- another process steers"
clk freq 50
sleep 30
adjtimex -q -p 6 > /dev/null
sleep 30
said "interference" "System clock interference detected"
sleep 200
within "clock minus truth" "$(off)" 0 0.0002
clk step 100
sleep 30
said "a jump" "Forward time jump detected"
sleep 400
within "the jump is slewed at 20000 ppm: still to go" "$(off)" 91.5 2

echo "--- the process is stopped for ten minutes"
is "tctl makestep" "$(tctl makestep)" "200 OK"
sleep 120
kill -STOP "$daemon"
sleep 600
kill -CONT "$daemon"
sleep 300
within "clock minus truth" "$(off)" 0 0.0005

# QEMU's guests do not wake from sleep here. What a daemon sees of it is this: no monotonic time has passed, and the
# kernel has set the clock forward by what the RTC says.
echo "--- what a machine's sleep of five minutes looks like"
kill -STOP "$daemon"
clk step 300.4
kill -CONT "$daemon"
sleep 5
is "jumps seen" "$(grep -c 'Forward time jump detected' /tmp/log)" 2
within "clock minus truth" "$(off)" 300.4 0.1
sleep 120
is "tctl makestep" "$(tctl makestep)" "200 OK"
sleep 120
within "clock minus truth" "$(off)" 0 0.0005

base=$(field freq_ppm)
stop
within "the frequency stays at the end" "$(field freq_ppm)" "$base" 1
is "tick at the end" "$(field tick)" 10000
sleep 60
within "without a daemon the clock keeps the time" "$(off)" 0 0.0005

for kind in ins del; do
  if [ $kind = ins ]; then bits=1; sign=-1; tai=38; wanted=INS; else bits=2; sign=1; tai=36; wanted=DEL; fi
  echo "--- a leap second by the kernel: $wanted"
  kill "$truth"
  # The same evening again.
  date -u -s "2026-12-31 23:55:00" > /dev/null
  zero=$(clk diff raw)
  ip netns exec server ntptruth -l $bits raw &
  truth=$!
  clk tai 37
  start <<X
makestep 0.1 3
X
  sleep 200
  is "announced" "$(field state)" $wanted
  until [ "$(date -u +%H)" = 00 ]; do sleep 1; done
  sleep 2
  within "$wanted: clock minus what was true before" "$(off)" $sign 0.0005
  is "TAI offset" "$(field tai)" $tai
  stop
  case "$(clk show)" in *INS* | *DEL*) is "leap state at the end" armed none ;; *) echo "ok      no leap second is armed" ;; esac
done

[ $failed = 0 ] || cat /tmp/log
exit $failed
