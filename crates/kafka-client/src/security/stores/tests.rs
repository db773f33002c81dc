//! Stores that keytool and OpenSSL wrote (see `tests/tls/make-fixtures.sh`), and what is left of them after some damage.

use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::security::file::tests::pipe;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls/fixtures").join(name)
}

fn store(name: &str, store_type: StoreType, password: &str) -> StoreFile {
    let password = (!password.is_empty()).then(|| Password::new(password));
    StoreFile { path: fixture(name), store_type, password }
}

fn keys(name: &str, store_type: StoreType, password: &str, key_password: &str) -> Result<KeyMaterial, String> {
    let key_password = (!key_password.is_empty()).then(|| Password::new(key_password));
    let source = KeySource::File { file: store(name, store_type, password), key_password };
    KeyMaterial::load(&source).map_err(|error| error.to_string())
}

fn trust(name: &str, store_type: StoreType, password: &str) -> Result<usize, String> {
    let loaded = TrustMaterial::load(&TrustSource::File(store(name, store_type, password)));
    loaded.map(|trust| trust.certificates.len()).map_err(|error| error.to_string())
}

fn pem(chain: &str, key: &str, key_password: &str) -> Result<Identity, String> {
    let text = |name| Password::new(std::fs::read_to_string(fixture(name)).unwrap());
    let key_password = (!key_password.is_empty()).then(|| Password::new(key_password));
    let loaded = KeyMaterial::load(&KeySource::Pem { chain: text(chain), key: text(key), key_password });
    loaded.map(|mut material| material.identities.remove(0)).map_err(|error| error.to_string())
}

#[test]
fn every_kind_of_store_holds_the_same_key() {
    use StoreType::{Jks, Pkcs12};
    let want = pem("chain.crt", "key.pem", "").unwrap();
    assert_eq!(want.chain.len(), 2);
    for (name, store_type, key_password) in [
        ("key.jks", Jks, "secret2"),    // the key has a password of its own
        ("key.jks", Pkcs12, "secret2"), // as in Java, the two types stand for either format
        ("key.p12", Jks, ""),
        ("key.p12", Pkcs12, ""),
        ("key.p12", Pkcs12, "secret1"),
        ("legacy.p12", Pkcs12, ""),  // RC2, 3DES and SHA-1, from before JDK 17
        ("quick.p12", Pkcs12, ""),   // no MAC
        ("openssl.p12", Pkcs12, ""), // no alias
    ] {
        let found = keys(name, store_type, "secret1", key_password).unwrap();
        assert_eq!(found.identities.len(), 1, "{name}");
        assert_eq!(found.identities[0].chain, want.chain, "{name}");
        assert_eq!(found.identities[0].key.secret_der(), want.key.secret_der(), "{name}");
        let usable = rustls::crypto::ring::sign::any_supported_type(&found.identities[0].key);
        assert!(usable.is_ok(), "{name}: {usable:?}");
        assert_eq!(found.identities[0].alias, if name == "openssl.p12" { "" } else { "client" }, "{name}");
    }
}

#[test]
fn encrypted_keys_are_decrypted() {
    let want = pem("chain.crt", "key.pem", "").unwrap();
    for name in ["key-aes.pem", "key-sha1.pem", "key-des3.pem"] {
        let found = pem("chain.crt", name, "secret3").unwrap();
        assert_eq!(found.key.secret_der(), want.key.secret_der(), "{name}");
        assert!(pem("chain.crt", name, "other").unwrap_err().contains("Cannot recover key"), "{name}");
    }
    assert!(matches!(pem("chain.crt", "key-sec1.pem", "").unwrap().key, PrivateKeyDer::Sec1(_)));
    for (name, password, want) in [
        ("key-aes.pem", "", "set ssl.key.password"),
        ("key-pbes1.pem", "secret3", "openssl pkcs8 -topk8 -v2 aes256"),
        ("key-traditional.pem", "secret3", "openssl pkcs8 -topk8 -v2 aes256"),
        ("ca.pem", "", "Private key not provided"),
    ] {
        let error = pem("chain.crt", name, password).unwrap_err();
        assert!(error.contains(want), "{name}: {error}");
    }
}

#[test]
fn trust_stores_are_read_as_java_reads_them() {
    use StoreType::{Jks, Pem, Pkcs12};
    for (name, store_type, password, want) in [
        ("trust.jks", Jks, "secret1", Ok(1)),
        ("trust.jks", Jks, "", Ok(1)), // without a password nothing is checked
        ("trust.jks", Jks, "wrong", Err("Keystore was tampered with, or password was incorrect")),
        ("trust.p12", Pkcs12, "secret1", Ok(1)),
        ("trust.p12", Jks, "secret1", Ok(1)),
        ("trust.p12", Pkcs12, "wrong", Err("Keystore was tampered with, or password was incorrect")),
        ("trust.p12", Pkcs12, "", Err("has a password")),
        ("trust-legacy.p12", Pkcs12, "secret1", Ok(1)),
        ("trust-open.p12", Pkcs12, "", Ok(1)),
        ("trust-open.p12", Pkcs12, "any", Ok(1)),
        ("untrusted.p12", Pkcs12, "secret1", Err("holds no trusted certificate")), // OpenSSL does not mark it
        ("key.jks", Jks, "secret1", Ok(2)),    // the CA, and the key's own certificate
        ("key.p12", Pkcs12, "secret1", Ok(1)), // the key's own: its CA is part of its chain only
        ("ca.pem", Pem, "", Ok(1)),
        ("ca.pem", Jks, "", Err("set the store's type to PEM")),
        ("trust.jks", Pem, "", Err("At least one certificate expected")),
        ("trust.jceks", Jks, "secret1", Err("JCEKS stores are not read")),
        ("missing", Jks, "", Err("cannot be read")),
    ] {
        match (trust(name, store_type, password), want) {
            (Ok(found), Ok(want)) => assert_eq!(found, want, "{name}"),
            (Err(error), Err(want)) => assert!(error.contains(want), "{name}: {error}"),
            (found, want) => panic!("{name} as {store_type:?}: {found:?}, not {want:?}"),
        }
    }
}

#[test]
fn wrong_passwords_of_keys_are_told_apart() {
    use StoreType::{Jks, Pkcs12};
    for (name, store_type, password, key_password, want) in [
        ("key.jks", Jks, "wrong", "secret2", "password was incorrect"),
        ("key.jks", Jks, "secret1", "", "Cannot recover key"),
        ("key.p12", Pkcs12, "wrong", "", "password was incorrect"),
        ("key.p12", Pkcs12, "secret1", "other", "a password of their own"),
        ("trust.jks", Jks, "secret1", "", ""),
    ] {
        let error = keys(name, store_type, password, key_password).err().unwrap_or_default();
        assert!(error.contains(want), "{name}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn pem_may_have_lost_its_line_breaks() {
    let text = std::fs::read_to_string(fixture("chain.crt")).unwrap();
    let spaced = text.replace('\n', " ");
    let joined = text.replace('\n', "");
    let windows = text.replace('\n', "\r\n");
    for text in [spaced, joined, windows, format!("Subject: someone\n{text}")] {
        assert_eq!(super::pem::certificates(&text).unwrap().len(), 2, "{text}");
    }
    assert!(super::pem::certificates("-----BEGIN CERTIFICATE-----\n?-----END CERTIFICATE-----").is_err());
    assert!(super::pem::certificates("-----BEGIN CERTIFICATE-----\nAAAA").is_err());
}

#[test]
fn damaged_stores_are_errors() {
    for name in ["key.jks", "trust.jks", "quick.p12", "trust-open.p12", "key-aes.pem", "chain.crt"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        for at in 0..whole.len() {
            let cut = &whole[..at];
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            let mut high = whole.clone();
            high[at] = 0xff;
            for bytes in [cut, &flipped, &high] {
                read_any(bytes);
            }
        }
    }
}

#[test]
fn a_huge_file_is_refused() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[0x30]).unwrap();
    file.as_file().set_len(FILE_BYTES_MAX + 1).unwrap();
    assert!(matches!(read(file.path()), Err(StoreError::TooLarge)));
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    pipe(folder.path());
    for (name, want) in
        [("pipe", "a pipe, a socket or a device"), ("", "it is a directory"), ("missing", "No such file")]
    {
        let error = read(&folder.path().join(name)).unwrap_err().to_string();
        assert!(error.contains("the file cannot be read") && error.contains(want), "{name}: {error}");
    }
}
