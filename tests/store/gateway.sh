#!/usr/bin/env bash
# A real S3 server for tests: the RADOS gateway of Ceph (Debian's packages) with one monitor and one
# store in memory, on this machine alone and gone with its standard input.
#
#   gateway.sh FOLDER PORT MONITOR_PORT
#
# prints `ready` when it serves, with the access key `court` and the secret key `courtsecret`, and the
# buckets `plain` and `locked` (object lock).
set -euo pipefail
folder="$1" port="$2" monitor="$3"
mkdir -p "$folder"/{mon,osd}
conf="$folder/ceph.conf"
processes=()
end() { kill -9 "${processes[@]}" 2>/dev/null || true; }
trap end EXIT

id="$(cat /proc/sys/kernel/random/uuid)"
cat > "$conf" <<CONF
[global]
fsid = $id
mon host = v2:127.0.0.1:$monitor
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
osd objectstore = memstore
memstore device bytes = 2G
osd class load list = *
osd class default list = *
run dir = $folder
log file = $folder/\$name.log
admin socket = $folder/\$name.\$pid.asok
pid file = $folder/\$name.pid
mon data = $folder/mon
osd data = $folder/osd
keyring = $folder/keyring
rgw frontends = beast endpoint=127.0.0.1:$port
rgw thread pool size = 32
rgw dynamic resharding = false
rgw enable gc threads = false
rgw enable lc threads = false
rgw run sync thread = false
CONF
ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >/dev/null
ceph-authtool "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
monmaptool --create --addv a "[v2:127.0.0.1:$monitor]" --fsid "$id" "$folder/monmap" >/dev/null
ceph-mon -c "$conf" --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring"
ceph-mon -c "$conf" -i a -f >"$folder/mon.out" 2>&1 &
processes+=($!)
for _ in $(seq 60); do ceph -c "$conf" --connect-timeout 1 mon stat >/dev/null 2>&1 && break; done
osd="$(cat /proc/sys/kernel/random/uuid)"
ceph -c "$conf" osd new "$osd" 0 >/dev/null
ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd" >"$folder/osd.out" 2>&1
ceph-osd -c "$conf" -i 0 -f >>"$folder/osd.out" 2>&1 &
processes+=($!)
radosgw -c "$conf" -n client.admin -f >"$folder/gateway.out" 2>&1 &
processes+=($!)
# Not by the server itself: the administrator's program has the same name and takes the file away.
echo $! > "$folder/gateway.pid"
curl -s -o /dev/null --retry 100 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port/"
radosgw-admin -c "$conf" user create --uid=court --display-name=court \
  --access-key=court --secret-key=courtsecret >/dev/null 2>&1
s3() {
  curl -s --fail --user court:courtsecret --aws-sigv4 "aws:amz:us-east-1:s3" -o /dev/null \
    -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" "$@"
}
s3 -X PUT "http://127.0.0.1:$port/plain"
s3 -X PUT -H "x-amz-bucket-object-lock-enabled: true" "http://127.0.0.1:$port/locked"
echo ready
cat >/dev/null
