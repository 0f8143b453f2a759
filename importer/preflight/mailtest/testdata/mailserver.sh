#!/bin/bash
# Real mail servers on loopback, for tests: Dovecot and Postfix, as root, with accounts
# of their own in DIR/users (name:{PLAIN}password, and ::::::nologin=yes where an account
# is locked; the file is read anew when it changes). No system users are needed and no
# mail goes anywhere: what is tested is logging in.
#
#   mailserver.sh start DIR [NET]   until every port answers
#   mailserver.sh stop DIR
#   mailserver.sh run DIR           start in the first free NET, say so, stop when standard
#                                   input ends, and remove DIR
#
# NET is the first three bytes of the addresses, 127.0.0 when not said. All of them listen
# on the standard ports 143, 993, 110, 995, 465 and 587:
#
#   NET.2  a good certificate; PLAIN and LOGIN, under TLS only
#   NET.3  an expired certificate
#   NET.4  a certificate of another name
#   NET.5  a good certificate; CRAM-MD5 only
#
# Clients dial from 127.0.0.1. A server at that address would take them for itself and
# allow plaintext logins, whatever its configuration says.
set -euo pipefail
action=$1
D=$(realpath -m "$2") # short: the paths of sockets end at 107 bytes
NET=${3:-127.0.0}
ports="143 993 110 995 465 587"

# stop ends the three master processes, which end their children, and waits for them.
stop() {
  local pids pid
  pids=$(cat "$D"/postfix/queue/pid/master.pid "$D"/dovecot*/run/master.pid 2>/dev/null) || true
  [ -z "$pids" ] || kill $pids 2>/dev/null || true
  for pid in $pids; do
    for _ in $(seq 50); do
      readlink "/proc/$pid/exe" >/dev/null || break # also where nobody has waited for it yet
      sleep 0.1
    done
  done
}

# certificate NAME ALTNAMES FROM UNTIL makes NAME.pem, signed by the CA.
certificate() {
  openssl req -new -key "$D/tls/key.pem" -subj "/CN=mail.example.test" -addext "subjectAltName=$2" -out "$D/tls/$1.csr"
  openssl ca -batch -notext -config "$D/tls/ca.cnf" -startdate "$3" -enddate "$4" -in "$D/tls/$1.csr" -out "$D/tls/$1.pem"
}

certificates() {
  : >"$D/tls/index"
  cat >"$D/tls/ca.cnf" <<C
[ca]
default_ca = own
[own]
database = $D/tls/index
new_certs_dir = $D/tls
certificate = $D/tls/ca.pem
private_key = $D/tls/ca.key
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
C
  local ec="ec -pkeyopt ec_paramgen_curve:P-256"
  openssl req -x509 -newkey $ec -nodes -days 2 -subj "/CN=Test CA" -keyout "$D/tls/ca.key" -out "$D/tls/ca.pem"
  openssl genpkey -algorithm $ec -out "$D/tls/key.pem"
  local names="DNS:mail.example.test,DNS:imap.example.test,DNS:pop.example.test,DNS:smtp.example.test,DNS:localhost"
  names+=",IP:$NET.2,IP:$NET.3,IP:$NET.5"
  local yesterday tomorrow
  yesterday=$(date -u -d '1 day ago' +%Y%m%d%H%M%SZ)
  tomorrow=$(date -u -d '1 day' +%Y%m%d%H%M%SZ)
  certificate good "$names" "$yesterday" "$tomorrow"
  certificate expired "$names" "$(date -u -d '3 days ago' +%Y%m%d%H%M%SZ)" "$yesterday"
  certificate other "DNS:other.example.test" "$yesterday" "$tomorrow"
}

# dovecot_at NAME ADDRESSES MECHANISMS starts an instance, which also answers Postfix.
dovecot_at() {
  local home=$D/$1
  mkdir -p "$home/run"
  cat >"$home/dovecot.conf" <<C
base_dir = $home/run
state_dir = $home/run
log_path = $D/dovecot.log
instance_name = $1
auth_debug = yes
protocols = imap pop3
listen = $2
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$D/mail/%u
ssl = yes
ssl_cert = <$D/tls/good.pem
ssl_key = <$D/tls/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = $3
auth_failure_delay = 0
auth_cache_size = 0
mail_max_userip_connections = 1000
local $NET.3 {
  ssl_cert = <$D/tls/expired.pem
}
local $NET.4 {
  ssl_cert = <$D/tls/other.pem
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $D/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$D/mail/%u
}
service auth {
  unix_listener auth-postfix {
    mode = 0660
    user = postfix
    group = postfix
  }
}
service anvil {
  client_limit = 2000
  # After a few refusals Dovecot delays everything from that address, which all tests share.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
C
  dovecot -c "$home/dovecot.conf"
}

# submission ADDRESS CERTIFICATE DOVECOT is a part of master.cf.
submission() {
  cat <<C
$1:587 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_tls_cert_file=$D/tls/$2.pem
  -o smtpd_sasl_path=$D/$3/run/auth-postfix
$1:465 inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_cert_file=$D/tls/$2.pem
  -o smtpd_sasl_path=$D/$3/run/auth-postfix
C
}

postfix_at() {
  mkdir -p "$D"/postfix/{etc,data} "$D"/postfix/queue/{pid,public,private}
  chown postfix "$D"/postfix/data "$D"/postfix/queue/{public,private}
  # inet_interfaces is not where it listens: master.cf says that.
  cat >"$D/postfix/etc/main.cf" <<C
compatibility_level = 3.6
queue_directory = $D/postfix/queue
data_directory = $D/postfix/data
maillog_file = $D/postfix.log
maillog_file_prefixes = $D
myhostname = mail.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
alias_maps =
local_recipient_maps =
smtpd_tls_key_file = $D/tls/key.pem
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_auth_enable = yes
smtpd_recipient_restrictions = reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_auth_rate_limit = 0
smtpd_error_sleep_time = 0
C
  {
    submission "$NET.2" good dovecot
    submission "$NET.3" expired dovecot
    submission "$NET.4" other dovecot
    submission "$NET.5" good dovecot-cram
    cat <<C
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
C
  } >"$D/postfix/etc/master.cf"
  # What `postfix start` does besides takes seconds and is about queues.
  MAIL_CONFIG=$D/postfix/etc "$(postconf -h daemon_directory)/master" -w
}

answers() {
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null && return
    sleep 0.1
  done
  echo "$1:$2 does not answer"
  return 1
}

launch() {
  certificates
  dovecot_at dovecot "$NET.2, $NET.3, $NET.4" "plain login"
  dovecot_at dovecot-cram "$NET.5" cram-md5
  postfix_at
  for host in 2 3 4 5; do
    for port in $ports; do answers "$NET.$host" "$port"; done
  done
}

# start keeps from the daemons what would wait for their end: the caller's pipes and the lock.
start() {
  mkdir -p "$D"/{tls,mail}
  chmod 755 "$D"
  chown nobody:nogroup "$D/mail"
  cat >"$D/users" <<'U'
ivan@example.test:{PLAIN}ivan-pass
anna@example.test:{PLAIN}пароль Анны 1
locked@example.test:{PLAIN}locked-pass::::::nologin=yes
U
  if ! (launch) >"$D/start.log" 2>&1 </dev/null 9>&-; then
    stop
    cat "$D/start.log" >&2
    return 1
  fi
}

case $action in
start)
  start
  ;;
stop)
  stop
  ;;
run)
  for n in $(seq 0 9); do
    NET=127.0.$n
    exec 9>"/run/lock/r7import-mailserver-$n" # /tmp may refuse root another user's file
    flock -n 9 && break
    [ "$n" -lt 9 ] || { echo "every network is in use" >&2; exit 1; }
  done
  trap 'stop; rm -rf "$D"' EXIT
  trap '' HUP INT TERM # a test that is interrupted ends standard input
  start
  echo "ready $NET"
  cat >/dev/null
  ;;
*)
  echo "mailserver.sh start|stop|run DIR [NET]" >&2
  exit 2
  ;;
esac
