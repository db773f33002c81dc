#!/usr/bin/env bash
# Writes fixtures/: key and trust stores of the kinds that keytool (JDK 17) and OpenSSL write. Their certificates are
# valid for a century, so this has to run again only when a kind is added. Store password: secret1.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf fixtures
mkdir fixtures
cd fixtures

keytool() { command keytool -noprompt -storepass secret1 "$@" 2> /dev/null; }
years=(-validity 36500)

keytool -genkeypair -alias ca -dname CN=Fixture-CA -keyalg EC -groupname secp256r1 "${years[@]}" -ext bc:c \
  -storetype JKS -keypass secret1 -keystore ca.jks
keytool -exportcert -alias ca -rfc -keystore ca.jks -file ca.pem
keytool -genkeypair -alias client -dname CN=client,O=Fixtures -keyalg EC -groupname secp256r1 "${years[@]}" \
  -storetype JKS -keypass secret2 -keystore key.jks
keytool -certreq -alias client -keystore key.jks -keypass secret2 -file client.csr
keytool -gencert -alias ca -keystore ca.jks "${years[@]}" -rfc -infile client.csr -outfile client.crt
keytool -importcert -alias ca -file ca.pem -storetype JKS -keystore key.jks
cat client.crt ca.pem > chain.crt
keytool -importcert -alias client -keypass secret2 -file chain.crt -keystore key.jks

convert() { keytool "${@:2}" -importkeystore -srckeystore key.jks -srcstorepass secret1 -srcalias client -srckeypass secret2 \
  -deststorepass secret1 -destkeypass secret1 -deststoretype PKCS12 -destkeystore "$1"; }
convert key.p12
convert legacy.p12 -J-Dkeystore.pkcs12.legacy
convert quick.p12 -J-Dkeystore.pkcs12.macAlgorithm=NONE -J-Dkeystore.pkcs12.certPbeIterationCount=1 \
  -J-Dkeystore.pkcs12.keyPbeIterationCount=1
keytool -importcert -alias ca -file ca.pem -storetype JKS -keystore trust.jks
keytool -importcert -alias ca -file ca.pem -storetype PKCS12 -keystore trust.p12
keytool -J-Dkeystore.pkcs12.legacy -importcert -alias ca -file ca.pem -storetype PKCS12 -keystore trust-legacy.p12
keytool -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE \
  -importcert -alias ca -file ca.pem -storetype PKCS12 -keystore trust-open.p12
keytool -J-Dkeystore.type=jceks -importcert -alias ca -file ca.pem -storetype JCEKS -keystore trust.jceks

openssl pkcs12 -in key.p12 -passin pass:secret1 -nocerts -nodes | openssl pkcs8 -topk8 -nocrypt > key.pem
openssl pkcs8 -topk8 -in key.pem -passout pass:secret3 -v2 aes256 > key-aes.pem
openssl pkcs8 -topk8 -in key.pem -passout pass:secret3 -v2 aes128 -v2prf hmacWithSHA1 > key-sha1.pem
openssl pkcs8 -topk8 -in key.pem -passout pass:secret3 -v2 des3 > key-des3.pem
openssl pkcs8 -topk8 -in key.pem -passout pass:secret3 -v1 PBE-SHA1-3DES > key-pbes1.pem
openssl ec -in key.pem > key-sec1.pem
openssl ec -in key.pem -aes256 -passout pass:secret3 > key-traditional.pem
openssl pkcs12 -export -inkey key.pem -in chain.crt -passout pass:secret1 -out openssl.p12
openssl pkcs12 -export -nokeys -in ca.pem -passout pass:secret1 -out untrusted.p12

# A broker's certificate as the well-known recipe makes it: version 1, the host in the CN. Its CA: version 3.
openssl req -x509 -newkey rsa:2048 -nodes -keyout v1-ca.key -out v1-ca.pem -subj /CN=Fixture-V1-CA -days 36500
openssl req -newkey rsa:2048 -nodes -keyout v1.key -subj "/O=Fixtures/CN=localhost" |
  openssl x509 -req -CA v1-ca.pem -CAkey v1-ca.key -CAcreateserial -days 36500 > v1.pem
rm -f ./*.csr client.crt v1-ca.key ./*.srl ca.jks
