#!/usr/bin/env bash
# make-stores.sh FOLDER FIXTURES: the stores of a broker and its clients, by keytool as users do it. Password: secret1.
# The broker trusts the CA made here and the one of the fixtures.
set -euo pipefail
fixtures=$(cd "$2" && pwd)
cd "$1"

keytool() { command keytool -J-Xshare:auto -J-XX:TieredStopAtLevel=1 -noprompt -storepass secret1 "$@" 2> keytool.log ||
  { cat keytool.log >&2; exit 1; }; }
ec=(-keyalg EC -groupname secp256r1)

authority() {  # NAME: a CA, its store and its certificate
  keytool -genkeypair -alias ca -dname "CN=$1" "${ec[@]}" -ext bc:c -validity 30 -keystore "$1.p12"
  keytool -exportcert -alias ca -rfc -keystore "$1.p12" -file "$1.pem"
}

signed() {  # STORE CA-STORE CA-CHAIN DNAME [OPTION…]: a key whose certificate the CA signs
  keytool -genkeypair -alias me -dname "$4" -keyalg RSA -keysize 2048 -keystore "$1"
  keytool -certreq -alias me -keystore "$1" -file me.csr
  keytool -gencert -alias ca -keystore "$2" -infile me.csr -rfc -outfile me.crt "${@:5}"
  cat me.crt "$3" > me-chain.crt
  keytool -importcert -alias me -trustcacerts -keystore "$1" -file me-chain.crt
}

authority root
authority stranger
# An intermediate CA, which brokers send along with their own certificate.
keytool -genkeypair -alias ca -dname CN=between "${ec[@]}" -keystore between.p12
keytool -certreq -alias ca -keystore between.p12 -file between.csr
keytool -gencert -alias ca -keystore root.p12 -ext bc:c -validity 30 -infile between.csr -rfc -outfile between.pem
cat between.pem root.pem > between-chain.pem

signed broker.p12 between.p12 between-chain.pem CN=broker -ext SAN=dns:localhost,ip:127.0.0.1
signed wrong.p12 root.p12 root.pem CN=localhost -ext SAN=dns:broker.example.com
signed expired.p12 root.p12 root.pem CN=localhost -ext SAN=dns:localhost -startdate -9d -validity 5
signed cn.jks root.p12 root.pem CN=localhost -validity 30
signed client.p12 root.p12 root.pem CN=client -validity 30
keytool -importkeystore -srckeystore client.p12 -srcstorepass secret1 -srcalias me -deststorepass secret1 \
  -destkeypass secret1 -deststoretype JKS -destkeystore client.jks

keytool -importcert -alias root -file root.pem -storetype JKS -keystore trust.jks
keytool -importcert -alias root -file root.pem -storetype PKCS12 -keystore trust.p12
keytool -importcert -alias stranger -file stranger.pem -storetype PKCS12 -keystore stranger-trust.p12
keytool -importcert -alias fixtures -file "$fixtures/ca.pem" -keystore trust.p12
cat "$fixtures/v1.key" "$fixtures/v1.pem" > version1.pem
cat "$fixtures/key-aes.pem" "$fixtures/chain.crt" > client-encrypted.pem
cat "$fixtures/key.pem" "$fixtures/chain.crt" > client.pem
